//! The query of a request: every parameter at most once, and everything that is wrong with it named at once.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use domain::Refusal;
use http::request::Parts;

use crate::{
    error::ApiError,
    invalid::{Fault, Place},
};

/// The parameters of a query, and what has been found wrong with those that were read.
#[derive(Debug)]
pub(crate) struct Parameters {
    given: Vec<(String, String)>,
    faults: Vec<Fault>,
}

impl<S: Send + Sync> FromRequestParts<S> for Parameters {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let query = parts.uri.query().unwrap_or_default();
        Ok(Self {
            given: url::form_urlencoded::parse(query.as_bytes())
                .into_owned()
                .collect(),
            faults: Vec::new(),
        })
    }
}

impl Parameters {
    /// What `parse` makes of a parameter; `None` if it is left out, or wrong, which [`Self::check`] then says.
    pub(crate) fn read<T>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, Refusal>,
    ) -> Option<T> {
        let mut values = self.given.iter().filter(|(given, _)| given == name);
        let (_, value) = values.next()?;
        let read = if values.next().is_none() {
            parse(value)
        } else {
            let message = "Give this parameter once.";
            Err(Refusal::new("parameter-repeated", message))
        };
        read.map_err(|refusal| {
            self.faults
                .push(Fault::new(Place::Parameter(name), refusal));
        })
        .ok()
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// [`ApiError::Invalid`] with one entry for each wrong parameter.
    pub(crate) fn check(self) -> Result<(), ApiError> {
        if self.faults.is_empty() {
            Ok(())
        } else {
            Err(ApiError::Invalid(self.faults))
        }
    }
}
