//! Parameters that several routes share.
#![expect(dead_code, reason = "describes what `caller` and `precondition` read")]

use utoipa::IntoParams;

/// Which webhook a request is about.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct WebhookParams {
    /// The webhook's id.
    #[param(format = "uuid")]
    id: String,
}

/// Which attempt a request is about.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct AttemptParams {
    /// The webhook's id.
    #[param(format = "uuid")]
    id: String,
    /// The attempt's id.
    #[param(rename = "attemptId", format = "uuid")]
    attempt: String,
}

/// Which version of a webhook is changed.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
pub(crate) struct VersionHeader {
    /// The ETag of the version that is changed, or `*` for whichever it is.
    #[param(rename = "If-Match")]
    version: String,
}

/// Which campaign a request is about.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct CampaignParams {
    /// The campaign: 1 to 128 visible ASCII characters other than `#`.
    #[param(
        rename = "campaignId",
        example = "16f24a15-7e21-477c-848a-d5695ca7f137",
        pattern = r"^[!\x22$-~]{1,128}$"
    )]
    campaign: String,
}

/// Headers of every request that is about one sandbox.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
pub(crate) struct SandboxHeaders {
    /// The sandbox: 1 to 128 lowercase letters, digits and hyphens.
    #[param(
        rename = "x-sandbox-name",
        example = "prod",
        pattern = "^[a-z0-9-]{1,128}$"
    )]
    sandbox: String,
    /// May repeat the organisation of the token, and must then agree with it.
    #[param(
        rename = "x-gw-ims-org-id",
        required = false,
        example = "0123456789ABCDEF@AdobeOrg"
    )]
    organisation: String,
}

/// The header of a request that is about the whole organisation.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
pub(crate) struct OrganisationHeader {
    /// May repeat the organisation of the token, and must then agree with it.
    #[param(
        rename = "x-gw-ims-org-id",
        required = false,
        example = "0123456789ABCDEF@AdobeOrg"
    )]
    organisation: String,
}
