//! Answers that several routes share, each described once and referred to.

use std::collections::BTreeMap;

use utoipa::{
    IntoResponses,
    openapi::{ContentBuilder, HeaderBuilder, Object, Ref, RefOr, Response, ResponseBuilder, Type},
};

/// Name in the document, status, what it means, and its header with that header's meaning.
type Shared = (
    &'static str,
    &'static str,
    &'static str,
    Option<(&'static str, &'static str)>,
);

const INVALID: Shared = (
    "Invalid",
    "400",
    "`/problems/validation-failed`: values are wrong; `errors` has one entry for each, with its place, a stable code \
     and a sentence.\n\n`/problems/unreadable-json`: the body is not JSON, or an object has a member twice.",
    None,
);
const UNAUTHENTICATED: Shared = (
    "Unauthenticated",
    "401",
    "There is no valid token. The API gateway answers this itself, with the body `{\"message\": \"Unauthorized\"}`; \
     `/problems/unauthenticated` where it lets the request through.",
    Some(("WWW-Authenticate", "How to authenticate.")),
);
const FORBIDDEN: Shared = (
    "Forbidden",
    "403",
    "`/problems/organisation-missing`: the token names no organisation.\n\n`/problems/organisation-mismatch`: the \
     header `x-gw-ims-org-id` names another one.",
    None,
);
const NOT_FOUND: Shared = (
    "NotFound",
    "404",
    "`/problems/webhook-not-found`: the sandbox has no webhook of this id.\n\n`/problems/campaign-not-switched-on`: \
     webhooks are not enabled for the campaign.",
    None,
);
const EXISTS: Shared = (
    "WebhookExists",
    "409",
    "`/problems/webhook-exists`: the sandbox has a webhook already; `webhookId` names it.",
    Some(("Location", "The path of the webhook that exists.")),
);
const NOT_CONFIGURED: Shared = (
    "WebhookNotConfigured",
    "409",
    "`/problems/webhook-not-configured`: the sandbox has no webhook.\n\n`/problems/campaign-switched-off`: someone \
     switched the campaign off at the same moment.",
    None,
);
const PRECONDITION_FAILED: Shared = (
    "PreconditionFailed",
    "412",
    "`/problems/precondition-failed`: the webhook is not of a version that If-Match names; nothing was changed.",
    Some(("ETag", "The version as it is now, where that is known.")),
);
const PRECONDITION_REQUIRED: Shared = (
    "PreconditionRequired",
    "428",
    "`/problems/precondition-required`: If-Match is missing.",
    None,
);
const BODY_TOO_LARGE: Shared = (
    "BodyTooLarge",
    "413",
    "`/problems/body-too-large`: the body has more than 256 KiB.",
    None,
);
const NOT_JSON: Shared = (
    "UnsupportedMediaType",
    "415",
    "`/problems/unsupported-media-type`: the body is not declared as JSON.",
    None,
);
const INTERNAL: Shared = (
    "Internal",
    "500",
    "`/problems/internal`: what is stored cannot be read; a person has to look.",
    None,
);
const UNAVAILABLE: Shared = (
    "Unavailable",
    "503",
    "`/problems/unavailable`: a service behind the API does not answer; nothing was changed.",
    Some(("Retry-After", "Seconds after which to try again.")),
);

const ALL: [Shared; 12] = [
    INVALID,
    UNAUTHENTICATED,
    FORBIDDEN,
    NOT_FOUND,
    EXISTS,
    NOT_CONFIGURED,
    PRECONDITION_FAILED,
    PRECONDITION_REQUIRED,
    BODY_TOO_LARGE,
    NOT_JSON,
    INTERNAL,
    UNAVAILABLE,
];

/// The shared answers as components of the document.
pub(super) fn components() -> impl Iterator<Item = (String, RefOr<Response>)> {
    ALL.into_iter().map(|(name, _, description, header)| {
        let mut response = ResponseBuilder::new().description(description).content(
            "application/problem+json",
            ContentBuilder::new()
                .schema(Some(Ref::from_schema_name("Problem")))
                .build(),
        );
        if let Some((header, meaning)) = header {
            let header_type = HeaderBuilder::new()
                .schema(Some(Object::with_type(Type::String)))
                .description(Some(meaning));
            response = response.header(header, header_type.build());
        }
        (name.to_owned(), RefOr::T(response.build()))
    })
}

/// Declares a group of shared answers that a route can name.
macro_rules! groups {
    ($($(#[$doc:meta])* $group:ident: $($shared:ident),+;)*) => {
        $($(#[$doc])*
        pub(crate) struct $group;

        impl IntoResponses for $group {
            fn responses() -> BTreeMap<String, RefOr<Response>> {
                [$($shared),+]
                    .into_iter()
                    .map(|(name, status, ..)| {
                        (status.to_owned(), RefOr::Ref(Ref::from_response_name(name)))
                    })
                    .collect()
            }
        })*
    };
}

groups! {
    /// Of every private route.
    CallerProblems: UNAUTHENTICATED, FORBIDDEN, INTERNAL, UNAVAILABLE;
    /// Of a route with a body.
    BodyProblems: BODY_TOO_LARGE, NOT_JSON;
    /// Of a change to a webhook.
    PreconditionProblems: PRECONDITION_FAILED, PRECONDITION_REQUIRED;
    /// Of wrong values.
    Invalid: INVALID;
    /// Of what does not exist.
    NotFound: NOT_FOUND;
    /// Of a second webhook.
    Exists: EXISTS;
    /// Of a campaign without webhook.
    NotConfigured: NOT_CONFIGURED;
}
