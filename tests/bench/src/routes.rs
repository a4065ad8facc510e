//! The routes of the configuration API, each with a request that succeeds.

use serde_json::{Value, json};

use crate::{
    request::{ApiRequest, webhook},
    tenants::SANDBOX,
};

/// The campaign that the routes of a switch are asked about.
const CAMPAIGN: &str = "16f24a15-7e21-477c-848a-d5695ca7f137";

/// What there is before the routes are measured, or comes of them.
#[derive(Debug)]
pub struct Known {
    /// The endpoint's URL.
    pub url: String,
    /// The webhook of [`SANDBOX`], which has delivered events.
    pub webhook: String,
    /// An attempt to deliver one of them.
    pub attempt: String,
    /// The webhooks that were made by measuring how they are made, each in a sandbox of its own.
    pub made: Vec<String>,
}

impl Known {
    /// A path of the webhook that has delivered events.
    fn of_webhook(&self, method: &'static str, rest: &str) -> ApiRequest {
        let path = format!("/feedback-webhooks/{}{rest}", self.webhook);
        ApiRequest::new(method, path, SANDBOX)
    }

    /// A path of the attempt.
    fn of_attempt(&self, method: &'static str, rest: &str) -> ApiRequest {
        self.of_webhook(method, &format!("/attempts/{}{rest}", self.attempt))
    }

    /// A path of the webhook that was made with this number.
    fn of_made(&self, method: &'static str, number: usize, rest: &str) -> ApiRequest {
        let path = format!("/feedback-webhooks/{}{rest}", self.made[number]);
        ApiRequest::new(method, path, sandbox(number))
    }

    fn draft(&self) -> Value {
        webhook(
            &self.url,
            json!({"type": "jwt", "algorithm": "ES256", "generateKey": true}),
        )
    }
}

/// The sandbox of the webhook that is made with this number.
fn sandbox(number: usize) -> String {
    format!("sandbox-{number}")
}

/// A route.
#[derive(Debug)]
pub struct Route {
    /// The method.
    pub method: &'static str,
    /// The path as the OpenAPI document has it.
    pub path: &'static str,
    /// The request with this number.
    pub request: fn(&Known, usize) -> ApiRequest,
}

const fn route(
    method: &'static str,
    path: &'static str,
    request: fn(&Known, usize) -> ApiRequest,
) -> Route {
    Route {
        method,
        path,
        request,
    }
}

/// The route by which webhooks are made, one with each request. Their keys are made by the function.
pub const MAKE: Route = route("POST", "/feedback-webhooks", |known, number| {
    ApiRequest::new("POST", "/feedback-webhooks", sandbox(number)).with(known.draft())
});

/// The others in an order in which each finds what it needs, and the deletions come last.
pub const ROUTES: [Route; 23] = [
    route("GET", "/feedback-webhooks", |_, _| {
        ApiRequest::new("GET", "/feedback-webhooks", SANDBOX)
    }),
    route("GET", "/feedback-webhooks/{id}", |known, _| {
        known.of_webhook("GET", "")
    }),
    route("PUT", "/feedback-webhooks/{id}", |known, number| {
        known.of_made("PUT", number, "").with(known.draft())
    }),
    route("POST", "/feedback-webhooks/test", |known, _| {
        let request = ApiRequest::new("POST", "/feedback-webhooks/test", SANDBOX);
        request.with(known.draft())
    }),
    route("POST", "/feedback-webhooks/{id}/test", |known, _| {
        known.of_webhook("POST", "/test")
    }),
    route("GET", "/feedback-webhooks/{id}/health", |known, _| {
        known.of_webhook("GET", "/health")
    }),
    route("GET", "/feedback-webhooks/{id}/deliveries", |known, _| {
        known.of_webhook("GET", "/deliveries")
    }),
    route("GET", "/feedback-webhooks/{id}/attempts", |known, _| {
        known.of_webhook("GET", "/attempts")
    }),
    route(
        "GET",
        "/feedback-webhooks/{id}/attempts/{attemptId}",
        |known, _| known.of_attempt("GET", ""),
    ),
    route(
        "POST",
        "/feedback-webhooks/{id}/attempts/{attemptId}/send-again",
        |known, _| known.of_attempt("POST", "/send-again"),
    ),
    route("GET", "/feedback-webhooks/{id}/jwks.json", |known, _| {
        known.of_webhook("GET", "/jwks.json")
    }),
    route(
        "POST",
        "/feedback-webhooks/{id}/next-key",
        |known, number| {
            let request = known.of_made("POST", number, "/next-key");
            request.with(json!({"generateKey": true}))
        },
    ),
    route(
        "POST",
        "/feedback-webhooks/{id}/next-key/activate",
        |known, number| known.of_made("POST", number, "/next-key/activate"),
    ),
    // The second time, so that there is a next key to take back.
    route(
        "POST",
        "/feedback-webhooks/{id}/next-key",
        |known, number| {
            let request = known.of_made("POST", number, "/next-key");
            request.with(json!({"generateKey": true}))
        },
    ),
    route(
        "DELETE",
        "/feedback-webhooks/{id}/next-key",
        |known, number| known.of_made("DELETE", number, "/next-key"),
    ),
    route("PUT", "/campaigns/{campaignId}/feedback-webhook", |_, _| {
        switch("PUT")
    }),
    route("GET", "/campaigns/{campaignId}/feedback-webhook", |_, _| {
        switch("GET")
    }),
    route("GET", "/campaigns", |_, _| {
        ApiRequest::new("GET", "/campaigns", SANDBOX)
    }),
    route(
        "DELETE",
        "/campaigns/{campaignId}/feedback-webhook",
        |_, _| switch("DELETE"),
    ),
    route("DELETE", "/feedback-webhooks/{id}", |known, number| {
        known.of_made("DELETE", number, "")
    }),
    route("GET", "/me", |_, _| ApiRequest::new("GET", "/me", SANDBOX)),
    route("GET", "/openapi.json", |_, _| {
        ApiRequest::new("GET", "/openapi.json", SANDBOX)
    }),
    route("GET", "/feedback-event.schema.json", |_, _| {
        ApiRequest::new("GET", "/feedback-event.schema.json", SANDBOX)
    }),
];

fn switch(method: &'static str) -> ApiRequest {
    let path = format!("/campaigns/{CAMPAIGN}/feedback-webhook");
    ApiRequest::new(method, path, SANDBOX)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_documented_route_is_measured_and_no_other() {
        let document = include_str!("../../../functions/config-api/openapi.json");
        let document: Value = serde_json::from_str(document).unwrap();
        let mut documented = BTreeSet::new();
        for (path, operations) in document["paths"].as_object().unwrap() {
            for method in operations.as_object().unwrap().keys() {
                documented.insert(format!("{} {path}", method.to_uppercase()));
            }
        }
        let measured = ROUTES.iter().chain([&MAKE]);
        let measured = measured.map(|route| format!("{} {}", route.method, route.path));
        assert_eq!(measured.collect::<BTreeSet<_>>(), documented);
    }
}
