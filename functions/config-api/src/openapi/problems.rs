//! Answers that several routes share, each described once and referred to. Their examples are what the code answers.

use std::collections::BTreeMap;

use domain::{Refusal, key::WebhookId};
use serde_json::json;
use utoipa::{
    IntoResponses, ToSchema,
    openapi::{
        ContentBuilder, HeaderBuilder, Object, Ref, RefOr, Response, ResponseBuilder, Type,
        example::ExampleBuilder,
    },
};
use uuid::Uuid;

use crate::{
    error::ApiError,
    invalid::{Fault, Place},
    problem::Problem,
};

/// What the API gateway answers by itself: without a valid token, above the rate limit, for bodies above its own limit,
/// and where it cannot reach the function.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes an answer of the API gateway")]
pub(super) struct GatewayMessage {
    /// What is wrong.
    message: String,
}

/// An answer in the document's components.
struct Shared {
    name: &'static str,
    description: &'static str,
    header: Option<(&'static str, &'static str)>,
    /// What the API gateway says where it answers by itself, without asking the function.
    gateway: Option<&'static str>,
    examples: Vec<ApiError>,
}

/// All shared answers.
fn shared() -> [Shared; 15] {
    let text = || String::from("The JSON ends too early at line 3, column 1.");
    [
        Shared {
            name: "Invalid",
            description: "Values are wrong: `errors` has one entry for each, with its place, a stable code and a \
                          sentence. Or the body is not JSON, or has an object with a member twice.",
            header: None,
            gateway: None,
            examples: vec![
                ApiError::Invalid(vec![wrong_url(), wrong_header()]),
                ApiError::UnreadableJson { reason: text() },
            ],
        },
        Shared {
            name: "Unauthenticated",
            description: "There is no valid token.",
            header: Some(("WWW-Authenticate", "How to authenticate.")),
            gateway: Some("Unauthorized"),
            examples: vec![ApiError::Unauthenticated],
        },
        Shared {
            name: "Forbidden",
            description: "The token names no organisation, or another one than the header `x-gw-ims-org-id`; or it \
                          gives no role, or one that may not do this.",
            header: None,
            gateway: None,
            examples: vec![
                ApiError::NoOrganisation,
                ApiError::OtherOrganisation,
                ApiError::NoRole,
                ApiError::MayOnlyView,
            ],
        },
        Shared {
            name: "NotFound",
            description: "The sandbox has no webhook of this id, the webhook has no such attempt, webhooks are not \
                          enabled for the campaign, no key is published, or there is nothing at this path.",
            header: None,
            gateway: None,
            examples: vec![
                ApiError::NoSuchWebhook,
                ApiError::NoSuchAttempt,
                ApiError::NotSwitchedOn,
                ApiError::NoNextKey,
                ApiError::NoSuchKeySet,
            ],
        },
        Shared {
            name: "KeyConflict",
            description: "The webhook signs with no key pair, or has a next key already.",
            header: None,
            gateway: None,
            examples: vec![ApiError::NoKeyPair, ApiError::NextKeyExists],
        },
        Shared {
            name: "WebhookExists",
            description: "The sandbox has a webhook already; `webhookId` names it.",
            header: Some(("Location", "The path of the webhook that exists.")),
            gateway: None,
            examples: vec![ApiError::WebhookExists(Some(WebhookId::new(Uuid::nil())))],
        },
        Shared {
            name: "WebhookNotConfigured",
            description: "The sandbox has no webhook, or someone switched the campaign off at the same moment.",
            header: None,
            gateway: None,
            examples: vec![
                ApiError::WebhookNotConfigured,
                ApiError::SwitchedOffMeanwhile,
            ],
        },
        Shared {
            name: "EventNotKept",
            description: "The event of the attempt was not kept, so it cannot be sent again.",
            header: None,
            gateway: None,
            examples: vec![ApiError::EventNotKept],
        },
        Shared {
            name: "PreconditionFailed",
            description: "The webhook is not of a version that `If-Match` names; nothing was changed.",
            header: Some(("ETag", "The version as it is now, where that is known.")),
            gateway: None,
            examples: vec![ApiError::PreconditionFailed(None)],
        },
        Shared {
            name: "PreconditionRequired",
            description: "`If-Match` is missing.",
            header: None,
            gateway: None,
            examples: vec![ApiError::PreconditionRequired],
        },
        Shared {
            name: "BodyTooLarge",
            description: "The body has more than 256 KiB.",
            header: None,
            gateway: Some("Request Too Long"),
            examples: vec![ApiError::BodyTooLarge],
        },
        Shared {
            name: "UnsupportedMediaType",
            description: "The body is not declared as JSON.",
            header: None,
            gateway: None,
            examples: vec![ApiError::NotJson],
        },
        Shared {
            name: "Throttled",
            description: "There are more requests than the deployment allows; try again later.",
            header: None,
            gateway: Some("Too Many Requests"),
            examples: vec![],
        },
        Shared {
            name: "Internal",
            description: "What is stored cannot be read; a person has to look.",
            header: None,
            gateway: Some("Internal Server Error"),
            examples: vec![ApiError::StoreUnreadable(config_store::UnreadableItem {
                sort_key: String::new(),
                problem: String::new(),
            })],
        },
        Shared {
            name: "Unavailable",
            description: "A service behind the API does not answer.",
            header: Some(("Retry-After", "Seconds after which to try again.")),
            gateway: Some("Service Unavailable"),
            examples: vec![ApiError::StoreUnavailable("".into())],
        },
    ]
}

fn wrong_url() -> Fault {
    let refusal = Refusal::new("url-not-https", "The URL must begin with https://.");
    Fault::new(Place::Pointer("/url".to_owned()), refusal)
}

fn wrong_header() -> Fault {
    let refusal = Refusal::new("required", "Name the sandbox in this header.");
    Fault::new(Place::Header("x-sandbox-name"), refusal)
}

/// The shared answers as components of the document.
pub(super) fn components() -> impl Iterator<Item = (String, RefOr<Response>)> {
    shared().into_iter().map(|shared| {
        let examples = shared.examples.iter().map(|error| {
            let problem = Problem {
                instance: "/feedback-webhooks".to_owned(),
                request_id: "JKJaXmPLvHcESHA=".to_owned(),
                ..Problem::from(error)
            };
            let kind = problem.kind.trim_start_matches("/problems/").to_owned();
            let example = ExampleBuilder::new()
                .summary(problem.title)
                .value(serde_json::to_value(&problem).ok());
            (kind, example.build())
        });
        let mut response = ResponseBuilder::new().description(shared.description);
        if !shared.examples.is_empty() {
            let content = ContentBuilder::new()
                .schema(Some(Ref::from_schema_name("Problem")))
                .examples_from_iter(examples);
            response = response.content("application/problem+json", content.build());
        }
        if let Some(message) = shared.gateway {
            let content = ContentBuilder::new()
                .schema(Some(Ref::from_schema_name("GatewayMessage")))
                .example(Some(json!({"message": message})));
            response = response.content("application/json", content.build());
        }
        if let Some((header, meaning)) = shared.header {
            let header_type = HeaderBuilder::new()
                .schema(Some(Object::with_type(Type::String)))
                .description(Some(meaning));
            response = response.header(header, header_type.build());
        }
        (shared.name.to_owned(), RefOr::T(response.build()))
    })
}

/// Declares a group of shared answers that a route can name.
macro_rules! groups {
    ($($(#[$doc:meta])* $group:ident: $($status:literal $name:literal),+;)*) => {
        $($(#[$doc])*
        pub(crate) struct $group;

        impl IntoResponses for $group {
            fn responses() -> BTreeMap<String, RefOr<Response>> {
                BTreeMap::from([
                    $(($status.to_owned(), RefOr::Ref(Ref::from_response_name($name)))),+
                ])
            }
        })*
    };
}

groups! {
    /// Of every private route.
    CallerProblems: "401" "Unauthenticated", "403" "Forbidden", "429" "Throttled", "500" "Internal", "503" "Unavailable";
    /// Of a public document.
    DocumentProblems: "429" "Throttled", "500" "Internal", "503" "Unavailable";
    /// Of the next key.
    KeyConflict: "409" "KeyConflict";
    /// Of a route with a body.
    BodyProblems: "413" "BodyTooLarge", "415" "UnsupportedMediaType";
    /// Of a change to a webhook.
    PreconditionProblems: "412" "PreconditionFailed", "428" "PreconditionRequired";
    /// Of wrong values.
    Invalid: "400" "Invalid";
    /// Of what does not exist.
    NotFound: "404" "NotFound";
    /// Of a second webhook.
    Exists: "409" "WebhookExists";
    /// Of an attempt whose event was not kept.
    NotKept: "409" "EventNotKept";
    /// Of a campaign without webhook.
    NotConfigured: "409" "WebhookNotConfigured";
}
