//! Stands between the function and the AWS services, and makes their calls fail. It knows the services' protocol
//! (AWS JSON 1.0 and 1.1), but nothing of the function.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use anyhow::{Context, Result};
use driver::server::{Closed, Reply, answer};
use http::{
    HeaderMap, Request, Response, StatusCode,
    header::{CONTENT_LENGTH, CONTENT_TYPE, HOST, TRANSFER_ENCODING},
};
use http_body_util::Full;
use hyper::body::Bytes;
use serde_json::{Value, json};

use crate::{Run, fault::Fault, ledger::Cause};

/// Forwards calls to the local cloud, or does not.
#[derive(Debug)]
pub struct Proxy {
    upstream: String,
    http: reqwest::Client,
    calls: Mutex<HashMap<&'static str, u64>>,
}

/// What the function does with a service, and what can go wrong with it.
struct Service {
    name: &'static str,
    operations: &'static [&'static str],
    faults: &'static [Fault],
    outages: &'static [Fault],
}

const SERVICES: [Service; 5] = [
    Service {
        name: "store",
        operations: &["BatchGetItem"],
        faults: &[
            Fault::StoreThrottled,
            Fault::StoreFailed,
            Fault::StoreReset,
            Fault::StoreSilent,
            Fault::StoreUnprocessed,
        ],
        outages: &[
            Fault::StoreThrottled,
            Fault::StoreFailed,
            Fault::StoreUnprocessed,
        ],
    },
    // The health of endpoints, which healthy ones never need.
    Service {
        name: "health",
        operations: &["PutItem", "DeleteItem"],
        faults: &[
            Fault::StoreThrottled,
            Fault::StoreFailed,
            Fault::StoreReset,
            Fault::HealthAnswerLost,
            Fault::HealthAnswerLost,
        ],
        outages: &[
            Fault::StoreThrottled,
            Fault::StoreFailed,
            Fault::HealthAnswerLost,
        ],
    },
    // Attempts and counts, on which no event depends.
    Service {
        name: "history",
        operations: &["BatchWriteItem", "UpdateItem"],
        faults: &[
            Fault::StoreThrottled,
            Fault::StoreFailed,
            Fault::StoreReset,
            Fault::StoreSilent,
        ],
        outages: &[Fault::StoreThrottled, Fault::StoreFailed],
    },
    Service {
        name: "keys",
        operations: &["Decrypt"],
        faults: &[Fault::KeyRefused, Fault::KeyFailed, Fault::KeyReset],
        outages: &[Fault::KeyRefused, Fault::KeyFailed],
    },
    Service {
        name: "queues",
        operations: &["SendMessageBatch"],
        faults: &[
            Fault::SendFailed,
            Fault::SendThrottled,
            Fault::SendReset,
            Fault::SendPartial,
            Fault::SendPartial,
            Fault::SendAnswerLost,
            Fault::SendAnswerLost,
        ],
        outages: &[Fault::SendFailed, Fault::SendReset, Fault::SendAnswerLost],
    },
];

impl Proxy {
    /// A proxy for the cloud at this URL.
    ///
    /// # Errors
    /// Where the HTTP client cannot be built.
    pub fn new(upstream: &str) -> Result<Self> {
        Ok(Self {
            upstream: upstream.to_owned(),
            http: reqwest::Client::builder().no_proxy().build()?,
            calls: Mutex::default(),
        })
    }

    /// Handles one call of the function.
    ///
    /// # Errors
    /// [`Closed`] where the function is to see a closed connection.
    pub async fn handle(&self, run: &Run, request: Request<Bytes>) -> Reply {
        let (head, body) = request.into_parts();
        let path = head.uri.path().to_owned();
        let forward = async |body: Bytes| {
            self.forward(&path, &head.headers, body)
                .await
                .map_err(|_| Closed)
        };
        let Some(fault) = self.fault(run, &head.headers) else {
            return forward(body).await;
        };
        run.faults.add(fault);
        match fault {
            Fault::StoreThrottled => Ok(problem(400, "ProvisionedThroughputExceededException")),
            Fault::StoreFailed => Ok(problem(500, "InternalServerError")),
            Fault::StoreUnprocessed => Ok(unprocessed(&body)),
            Fault::StoreSilent => std::future::pending().await,
            Fault::KeyRefused => Ok(problem(400, "AccessDeniedException")),
            Fault::KeyFailed => Ok(problem(500, "KMSInternalException")),
            Fault::SendFailed => Ok(problem(503, "ServiceUnavailable")),
            Fault::SendThrottled => Ok(problem(400, "RequestThrottled")),
            Fault::SendPartial => {
                let (refused, kept) = split(&body);
                let taken = match kept {
                    Some(kept) => Some(forward(kept).await?),
                    None => None,
                };
                partly(taken, refused).await
            }
            Fault::SendAnswerLost => {
                for message in messages(&body) {
                    if let Some(number) = run.ledger.events.number_in(&message) {
                        run.ledger.note(number, Cause::AnswerLost);
                    }
                }
                forward(body).await?;
                Err(Closed)
            }
            Fault::HealthAnswerLost => {
                forward(body).await?;
                Err(Closed)
            }
            _ => Err(Closed),
        }
    }

    fn fault(&self, run: &Run, headers: &HeaderMap) -> Option<Fault> {
        let target = headers.get("x-amz-target")?.to_str().ok()?;
        let (_, operation) = target.rsplit_once('.')?;
        let service = SERVICES
            .iter()
            .find(|service| service.operations.contains(&operation))?;
        if run.is_calm() {
            return None;
        }
        let number = {
            let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
            let count = calls.entry(service.name).or_default();
            *count += 1;
            *count - 1
        };
        let Service {
            name,
            faults,
            outages,
            ..
        } = service;
        run.dice.fault_of_service(name, number, faults, outages)
    }

    async fn forward(
        &self,
        path: &str,
        headers: &HeaderMap,
        body: Bytes,
    ) -> Result<Response<Full<Bytes>>> {
        let mut headers = headers.clone();
        for of_this_connection in [HOST, CONTENT_LENGTH, TRANSFER_ENCODING] {
            headers.remove(of_this_connection);
        }
        let request = self.http.post(format!("{}{path}", self.upstream));
        let response = request.headers(headers).body(body).send().await?;
        let (status, headers) = (response.status(), response.headers().clone());
        let mut forwarded = answer(status, response.bytes().await?);
        if let Some(content_type) = headers.get(CONTENT_TYPE) {
            forwarded
                .headers_mut()
                .insert(CONTENT_TYPE, content_type.clone());
        }
        Ok(forwarded)
    }
}

fn problem(status: u16, code: &str) -> Response<Full<Bytes>> {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let body = json!({"__type": code, "message": "injected by the fault run"});
    json_answer(status, &body)
}

fn json_answer(status: StatusCode, body: &Value) -> Response<Full<Bytes>> {
    let mut answer = answer(status, body.to_string());
    let json = http::HeaderValue::from_static("application/x-amz-json-1.0");
    answer.headers_mut().insert(CONTENT_TYPE, json);
    answer
}

fn parsed(body: &[u8]) -> Value {
    serde_json::from_slice(body).unwrap_or_default()
}

/// All keys that were asked for, left unprocessed.
fn unprocessed(body: &[u8]) -> Response<Full<Bytes>> {
    let asked = &parsed(body)["RequestItems"];
    json_answer(
        StatusCode::OK,
        &json!({"Responses": {}, "UnprocessedKeys": asked}),
    )
}

fn messages(body: &[u8]) -> Vec<String> {
    let request = parsed(body);
    let entries = request["Entries"].as_array().into_iter().flatten();
    let texts = entries.filter_map(|entry| entry["MessageBody"].as_str());
    texts.map(str::to_owned).collect()
}

/// Every other entry of a batch, from the first on, is refused; returns those and the request with the rest.
fn split(body: &[u8]) -> (Vec<Value>, Option<Bytes>) {
    let mut request = parsed(body);
    let entries = request["Entries"].as_array().cloned().unwrap_or_default();
    let refused = entries.iter().step_by(2).map(|entry| {
        json!({"Id": entry["Id"], "SenderFault": false, "Code": "InternalError", "Message": "injected"})
    });
    let refused = refused.collect();
    let kept: Vec<Value> = entries.into_iter().skip(1).step_by(2).collect();
    if kept.is_empty() {
        return (refused, None);
    }
    request["Entries"] = Value::Array(kept);
    (refused, Some(Bytes::from(request.to_string())))
}

/// The cloud's answer to the entries that it got, and the refusal of the others.
async fn partly(taken: Option<Response<Full<Bytes>>>, refused: Vec<Value>) -> Reply {
    let mut answer = match taken {
        None => json!({"Successful": []}),
        Some(taken) => {
            let body = http_body_util::BodyExt::collect(taken.into_body());
            parsed(
                &body
                    .await
                    .context("a body in memory")
                    .map_err(|_| Closed)?
                    .to_bytes(),
            )
        }
    };
    let failed = answer["Failed"].as_array().cloned().unwrap_or_default();
    answer["Failed"] = failed.into_iter().chain(refused).collect();
    Ok(json_answer(StatusCode::OK, &answer))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_split_into_refused_and_forwarded_entries() {
        let request = json!({"QueueUrl": "u", "Entries": [{"Id": "1"}, {"Id": "2"}, {"Id": "3"}]});
        let (refused, kept) = split(request.to_string().as_bytes());
        let ids: Vec<_> = refused.iter().map(|entry| &entry["Id"]).collect();
        assert_eq!(ids, ["1", "3"]);
        let expected = json!({"QueueUrl": "u", "Entries": [{"Id": "2"}]});
        assert_eq!(parsed(&kept.unwrap()), expected);
    }

    #[test]
    fn a_single_entry_is_refused() {
        let request = json!({"Entries": [{"Id": "1"}]});
        let (refused, kept) = split(request.to_string().as_bytes());
        assert_eq!((refused.len(), kept), (1, None));
    }
}
