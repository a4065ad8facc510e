//! The query of a list that is read in parts.

use axum::extract::{Query, rejection::QueryRejection};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::Refusal;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    error::ApiError,
    invalid::{Fault, Place},
};

/// Items of one part unless the client says otherwise.
const LIMIT_DEFAULT: u16 = 20;
/// Most items of one part: 100 of the largest webhooks have about 3 MiB, and an answer of a function may have 6 (AWS
/// Lambda quotas). DynamoDB reads 1 MiB at once and then ends the part earlier.
const LIMIT_MAX: u16 = 100;

/// The query as it is written; `check` names every fault, where serde would name the first.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageQuery {
    /// Most items of the answer.
    #[param(value_type = u16, required = false, minimum = 1, maximum = 100, default = 20)]
    limit: Option<String>,
    /// `_page.next` of the answer before.
    #[param(value_type = String, required = false)]
    cursor: Option<String>,
}

impl PageQuery {
    /// The limit, and what the part begins after.
    ///
    /// # Errors
    /// [`ApiError::Invalid`] with one entry for each wrong parameter.
    pub(crate) fn check<T>(
        self,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<(u16, Option<T>), ApiError> {
        let after = self.cursor.map(|text| decode(&text, parse)).transpose();
        match (limit(self.limit.as_deref()), after) {
            (Ok(limit), Ok(after)) => Ok((limit, after)),
            (limit, after) => Err(faults([("limit", limit.err()), ("cursor", after.err())])),
        }
    }
}

/// The most items that a part may have.
pub(crate) fn limit(text: Option<&str>) -> Result<u16, Refusal> {
    text.map_or(Ok(LIMIT_DEFAULT), |text| {
        text.parse()
            .ok()
            .filter(|limit| (1..=LIMIT_MAX).contains(limit))
            .ok_or_else(|| {
                Refusal::new("limit-invalid", "The limit must be a number from 1 to 100.")
            })
    })
}

/// The cursor of the part after this item.
pub(crate) fn encode(after: &str) -> String {
    URL_SAFE_NO_PAD.encode(after)
}

fn decode<T>(cursor: &str, parse: impl Fn(&str) -> Option<T>) -> Result<T, Refusal> {
    URL_SAFE_NO_PAD
        .decode(cursor)
        .ok()
        .and_then(|bytes| parse(std::str::from_utf8(&bytes).ok()?))
        .ok_or_else(bad_cursor)
}

/// What to say of a cursor that no answer had.
pub(crate) fn bad_cursor() -> Refusal {
    Refusal::new(
        "cursor-invalid",
        "The cursor must be the 'next' of an earlier answer, unchanged.",
    )
}

/// A query in which no parameter occurs twice.
///
/// # Errors
/// [`ApiError::Invalid`] for any other.
pub(crate) fn unique<T>(query: Result<Query<T>, QueryRejection>) -> Result<T, ApiError> {
    query.map(|Query(query)| query).map_err(|_| {
        ApiError::parameter(
            "query",
            Refusal::new("query-unreadable", "Give each parameter at most once."),
        )
    })
}

/// One entry for each parameter that was refused.
pub(crate) fn faults<const N: usize>(parameters: [(&'static str, Option<Refusal>); N]) -> ApiError {
    ApiError::Invalid(
        parameters
            .into_iter()
            .filter_map(|(name, refusal)| Some(Fault::new(Place::Parameter(name), refusal?)))
            .collect(),
    )
}
