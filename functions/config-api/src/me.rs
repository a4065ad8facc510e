//! `GET /me`: tells callers who they are here, so that a client can leave out what they may not do.

use axum::Json;
use domain::key::OrgId;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    access::Role,
    caller::Caller,
    error::ApiError,
    openapi::{self, OrganisationHeader},
};

/// Who calls.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Me)]
pub(crate) struct MeResponse {
    /// The organisation of the token.
    #[schema(value_type = String, example = "0123456789ABCDEF@AdobeOrg")]
    organisation: OrgId,
    /// Who it is, as `createdBy` and `modifiedBy` name them.
    #[schema(example = "admin@example.com")]
    actor: String,
    /// What the caller may do.
    role: Role,
}

/// Read who you are here
///
/// What the service takes from the token.
#[utoipa::path(
    get,
    path = "/me",
    tag = openapi::ACCESS,
    params(OrganisationHeader),
    security(("token" = [])),
    responses(
        (status = OK, description = "The caller.", body = MeResponse),
        openapi::CallerProblems,
    ),
)]
pub(crate) async fn me(caller: Caller) -> Result<Json<MeResponse>, ApiError> {
    Ok(Json(MeResponse {
        organisation: caller.org,
        actor: caller.actor,
        role: caller.role,
    }))
}
