//! The OpenAPI 3.1 document: what the routes' own descriptions do not say, and the answers that they share.

mod delivered;
mod params;
mod problems;

use std::sync::Arc;

use axum::{
    Router,
    handler::Handler,
    routing::{MethodFilter, MethodRouter},
};
use utoipa::{
    IntoResponses, Modify, OpenApi,
    openapi::{
        path::HttpMethod,
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

pub(crate) use params::{
    AttemptParams, CampaignParams, OrganisationHeader, SandboxHeaders, VersionHeader, WebhookParams,
};
pub(crate) use problems::{
    BodyProblems, CallerProblems, DocumentProblems, Exists, Invalid, KeyConflict, NotConfigured,
    NotFound, NotKept, PreconditionProblems,
};

use crate::{
    App, Store,
    attempts::{__path_attempt, __path_attempts, OutcomeFilter, attempt, attempts},
    campaigns::{__path_campaigns, campaigns},
    create::{__path_create, create},
    delete::{__path_delete, delete},
    deliveries::{__path_deliveries, deliveries},
    documents::{__path_event_schema, __path_openapi_document, event_schema, openapi_document},
    health::{__path_health, health},
    jwks::{__path_key_set, key_set},
    list::{__path_list, list},
    me::{__path_me, me},
    next_key::{
        __path_activate_next_key, __path_delete_next_key, __path_publish_next_key,
        activate_next_key, delete_next_key, publish_next_key,
    },
    problem::Problem,
    read::{__path_read, read},
    replace::{__path_replace, replace},
    send_again::{__path_send_again, send_again},
    switch::{
        __path_read_switch, __path_switch_off, __path_switch_on, read_switch, switch_off, switch_on,
    },
    test_event::{__path_test_draft, __path_test_webhook, test_draft, test_webhook},
    wire::response::WebhookResponse,
};

/// Tag of the webhooks' routes.
pub(crate) const WEBHOOKS: &str = "Webhooks";
/// Tag of the campaigns' routes.
pub(crate) const CAMPAIGNS: &str = "Campaigns";
/// Tag of what concerns the caller.
pub(crate) const ACCESS: &str = "Access";
/// Tag of the public documents.
pub(crate) const DOCUMENTS: &str = "Documents";
/// Tag of what the customer's endpoint receives.
pub(crate) const DELIVERY: &str = "Delivery";

/// Makes from one list of handlers, each with its description, the routes and what the document says of them. Describing
/// takes code and time, so the function, which keeps the document as text, does without.
macro_rules! handlers {
    ($($handler:ident$(<$store:ident>)?: $description:ident),+ $(,)?) => {
        /// The routes.
        pub(crate) fn routes<S: Store>() -> Router<Arc<App<S>>> {
            let router = Router::new();
            $(let router = route::<$description, _, _>(router, $handler$(::<$store>)?);)+
            router
        }

        #[derive(OpenApi)]
        #[openapi(paths($($handler),+))]
        struct Handlers;
    };
}

handlers! {
    create<S>: __path_create,
    list<S>: __path_list,
    read<S>: __path_read,
    replace<S>: __path_replace,
    delete<S>: __path_delete,
    health<S>: __path_health,
    publish_next_key<S>: __path_publish_next_key,
    delete_next_key<S>: __path_delete_next_key,
    activate_next_key<S>: __path_activate_next_key,
    key_set<S>: __path_key_set,
    deliveries<S>: __path_deliveries,
    attempts<S>: __path_attempts,
    attempt<S>: __path_attempt,
    send_again<S>: __path_send_again,
    test_draft<S>: __path_test_draft,
    test_webhook<S>: __path_test_webhook,
    campaigns<S>: __path_campaigns,
    switch_on<S>: __path_switch_on,
    read_switch<S>: __path_read_switch,
    switch_off<S>: __path_switch_off,
    me: __path_me,
    openapi_document: __path_openapi_document,
    event_schema: __path_event_schema,
}

/// Adds a handler at the method and path that its description names.
fn route<D: utoipa::Path, T: 'static, S: Clone + Send + Sync + 'static>(
    router: Router<S>,
    handler: impl Handler<T, S>,
) -> Router<S> {
    let methods = D::methods();
    let filters = methods.iter().map(|method| match method {
        HttpMethod::Get => MethodFilter::GET,
        HttpMethod::Post => MethodFilter::POST,
        HttpMethod::Put => MethodFilter::PUT,
        HttpMethod::Delete => MethodFilter::DELETE,
        HttpMethod::Options => MethodFilter::OPTIONS,
        HttpMethod::Head => MethodFilter::HEAD,
        HttpMethod::Patch => MethodFilter::PATCH,
        HttpMethod::Trace => MethodFilter::TRACE,
    });
    let methods = filters.fold(MethodRouter::new(), |methods, filter| {
        methods.on(filter, handler.clone())
    });
    router.route(&D::path(), methods)
}

/// The document.
pub fn document() -> utoipa::openapi::OpenApi {
    Document::openapi().merge_from(Handlers::openapi())
}

/// The answer to a change.
#[derive(IntoResponses)]
#[response(
    status = OK,
    description = "The webhook as it is stored now.",
    headers(("ETag" = String, description = "The new version."))
)]
#[expect(dead_code, reason = "describes what `stored::write` answers")]
pub(crate) struct Changed(WebhookResponse<'static>);

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Feedback webhooks",
        description = "Configures where the feedback of an organisation's messages is delivered.\n\n\
            The organisation comes from the access token, the sandbox from the header `x-sandbox-name`. \
            The token also gives a role: `view` allows the methods that read, `manage` all of them. \
            Every answer has the header `x-request-id`. \
            Answers other than 2xx and 304 are problem details (RFC 9457). \
            What the API gateway answers by itself, such as a missing token (401) or too many requests (429), \
            has its own short JSON body; a path or method that is not here gets 404 with such a body.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    tags(
        (name = WEBHOOKS, description = "Webhook configurations: at most one for each sandbox."),
        (name = CAMPAIGNS, description = "The *Enable webhooks* switch of each campaign."),
        (name = ACCESS, description = "Who the caller is."),
        (name = DOCUMENTS, description = "Descriptions of the interfaces; no token is needed."),
        (name = DELIVERY, description = "What the configured endpoint receives."),
    ),
    components(schemas(Problem, problems::GatewayMessage, delivered::Feedback, OutcomeFilter)),
    modifiers(&Shared),
)]
struct Document;

/// Adds what the derive macro has no words for.
struct Shared;

impl Modify for Shared {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let token = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .description(Some(
                "A token of the deployment's issuer with claims that name the organisation and the role. \
                 For the deployment's own user pool that is the ID token.",
            ))
            .build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("token", SecurityScheme::Http(token));
        components.responses.extend(problems::components());
        document.webhooks = Some(delivered::webhooks());
    }
}

#[cfg(test)]
mod tests {
    /// Where the document is kept.
    const KEPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");

    #[test]
    fn the_kept_document_is_what_the_code_says() {
        let written = super::document().to_pretty_json().unwrap() + "\n";
        if std::env::var_os("UPDATE_OPENAPI").is_some() {
            std::fs::write(KEPT, &written).unwrap();
        }
        let kept = std::fs::read_to_string(KEPT).unwrap_or_default();
        assert!(
            kept == written,
            "functions/config-api/openapi.json is not what the code says. \
             Write it anew with: UPDATE_OPENAPI=1 cargo test -p config-api openapi"
        );
    }
}
