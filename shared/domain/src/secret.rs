//! A secret as it lies in the table: encrypted, with the time at which it was set.

use jiff::Timestamp;

/// A secret encrypted for one organisation and sandbox; only the delivery function can open it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SealedSecret {
    /// What the key service returned for it; useless under another organisation or sandbox.
    pub ciphertext: Vec<u8>,
    /// When an administrator set it.
    pub set_at: Timestamp,
}

impl std::fmt::Debug for SealedSecret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("SealedSecret")
            .field("set_at", &self.set_at)
            .finish_non_exhaustive()
    }
}
