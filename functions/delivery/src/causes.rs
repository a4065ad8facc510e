//! An error and its causes as one line for the log.

use std::{error::Error, fmt};

/// Shows an error and its causes by their messages. `Debug` is no alternative: the SDK's errors print whole responses
/// by it, which hold endpoints' URLs or opened secrets.
pub struct Causes<'e>(pub &'e dyn Error);

impl fmt::Display for Causes<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.0)?;
        let mut source = self.0.source();
        while let Some(cause) = source {
            write!(formatter, ": {cause}")?;
            source = cause.source();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("it failed")]
    struct Failed(#[source] std::io::Error);

    #[test]
    fn every_cause_is_told() {
        let error = Failed(std::io::Error::other("the disk is full"));
        assert_eq!(Causes(&error).to_string(), "it failed: the disk is full");
    }
}
