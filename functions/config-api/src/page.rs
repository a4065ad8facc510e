//! Lists that are read in parts: how many items a part has, and where it begins.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::Refusal;
use utoipa::IntoParams;

use crate::{error::ApiError, query::Parameters};

/// Items of one part unless the client says otherwise.
const LIMIT_DEFAULT: u16 = 20;
/// Most items of one part: 100 of the largest webhooks have about 3 MiB, and an answer of a function may have 6 (AWS
/// Lambda quotas). DynamoDB reads 1 MiB at once and then ends the part earlier.
const LIMIT_MAX: u16 = 100;

/// What [`read`] reads.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the parameters to the OpenAPI document")]
pub(crate) struct PageQuery {
    /// Most items of the answer.
    #[param(required = false, minimum = 1, maximum = 100, default = 20)]
    limit: u16,
    /// `_page.next` of the answer before.
    #[param(required = false)]
    cursor: String,
}

/// The limit, and what the part begins after.
///
/// # Errors
/// [`ApiError::Invalid`] with one entry for each wrong parameter.
pub(crate) fn read<T>(
    mut parameters: Parameters,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<(u16, Option<T>), ApiError> {
    let limit = limit(&mut parameters);
    let after = parameters.read("cursor", |cursor| decode(cursor, parse));
    parameters.check()?;
    Ok((limit, after))
}

/// The most items that a part may have.
pub(crate) fn limit(parameters: &mut Parameters) -> u16 {
    let limit = parameters.read("limit", |text| {
        text.parse()
            .ok()
            .filter(|limit| (1..=LIMIT_MAX).contains(limit))
            .ok_or_else(|| {
                Refusal::new("limit-invalid", "The limit must be a number from 1 to 100.")
            })
    });
    limit.unwrap_or(LIMIT_DEFAULT)
}

/// The cursor of the part after this item.
pub(crate) fn encode(after: &str) -> String {
    URL_SAFE_NO_PAD.encode(after)
}

fn decode<T>(cursor: &str, parse: impl FnOnce(&str) -> Option<T>) -> Result<T, Refusal> {
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
