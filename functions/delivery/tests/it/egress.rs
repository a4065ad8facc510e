//! Where connections go when names change what they lead to.
//!
//! Two real endpoints listen at two addresses of loopback and at the same port: `OUTSIDE` stands for the internet, and the
//! rule of these tests admits it alone; `INSIDE` stands for everything that an attacker would like to reach.

use std::{
    io,
    net::{IpAddr, Ipv4Addr},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use delivery::{
    egress::GuardedResolver,
    request::WebhookRequest,
    send::{Answer, Sender},
    send_error::{SendError, SendErrorKind},
};
use domain::endpoint::{EndpointPolicy, EndpointUrl, address};
use http::{HeaderMap, StatusCode};
use tokio::{net::TcpListener, time::Instant};

use crate::helpers::{Protocol, Receiver, Reply};

const OUTSIDE: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 1));
const INSIDE: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));

struct Network {
    outside: Receiver,
    inside: TcpListener,
    queries: Arc<AtomicUsize>,
    sender: Sender,
}

impl Network {
    /// The name has the addresses of the first answer when it is first asked for, and so on; the last answer stays.
    async fn new(
        protocol: Protocol,
        answers: impl Into<Vec<Vec<IpAddr>>>,
        reply: impl Fn(usize) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let outside = Receiver::with(protocol, move |count, _| reply(count)).await;
        let inside = TcpListener::bind((INSIDE, outside.port())).await.unwrap();
        let queries = Arc::new(AtomicUsize::default());
        let (asked, answers) = (Arc::clone(&queries), answers.into());
        let lookup = move |_| {
            let query = asked.fetch_add(1, Ordering::SeqCst);
            let answer = answers[query.min(answers.len() - 1)].clone();
            Box::pin(async { io::Result::Ok(answer) }) as _
        };
        let rule = |_: &str, addresses: &[IpAddr]| {
            let others = addresses.iter().filter(|address| **address != OUTSIDE);
            others.copied().try_for_each(address::check)
        };
        let sender = Sender::with_resolver(
            EndpointPolicy::with_development_hosts("localhost,other.localhost"),
            Some(outside.ca()),
            GuardedResolver::with(lookup, rule),
        );
        Self {
            outside,
            inside,
            queries,
            sender: sender.unwrap(),
        }
    }

    async fn send_to(&self, host: &str) -> Result<Answer, SendError> {
        let url = format!("https://{host}:{}/", self.outside.port());
        let request = WebhookRequest {
            url: EndpointUrl::parse(&url).unwrap(),
            headers: HeaderMap::new(),
            body: Bytes::new(),
        };
        let deadline = Instant::now() + Duration::from_secs(60);
        self.sender.send(&request, deadline).await
    }

    async fn send(&self) -> Result<StatusCode, SendErrorKind> {
        let answered = self.send_to("localhost").await;
        answered
            .map(|answer| answer.status)
            .map_err(|error| error.kind)
    }

    fn queries(&self) -> usize {
        self.queries.load(Ordering::SeqCst)
    }

    /// A connection that was made waits in the listener's queue until it is accepted.
    fn assert_nobody_came_inside(self) {
        let error = self.inside.into_std().unwrap().accept().unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
    }
}

fn answers_200(_: usize) -> Reply {
    Reply::Status(200)
}

#[tokio::test]
async fn a_connection_goes_to_the_address_that_was_checked_whatever_the_name_leads_to_by_then() {
    let network = Network::new(Protocol::Http1, [vec![OUTSIDE], vec![INSIDE]], answers_200).await;
    assert_eq!(network.send().await, Ok(StatusCode::OK));
    assert_eq!(
        network.queries(),
        1,
        "the check and the connection share one query"
    );
    assert_eq!(network.outside.received().len(), 1);
    network.assert_nobody_came_inside();
}

#[tokio::test]
async fn a_name_with_one_bad_address_is_not_connected_to_at_all() {
    for answer in [
        vec![INSIDE],
        vec![OUTSIDE, INSIDE],
        vec![INSIDE, OUTSIDE],
        vec![OUTSIDE, IpAddr::V6(std::net::Ipv6Addr::LOCALHOST)],
    ] {
        let network = Network::new(Protocol::Http1, [answer.clone()], answers_200).await;
        let sent = network.send().await;
        assert_eq!(sent, Err(SendErrorKind::AddressRefused), "{answer:?}");
        assert_eq!(network.outside.connections(), 0, "{answer:?}");
        network.assert_nobody_came_inside();
    }
}

#[tokio::test]
async fn a_connection_that_is_used_again_stays_where_it_is() {
    for protocol in [Protocol::Http1, Protocol::Http2] {
        let network = Network::new(protocol, [vec![OUTSIDE], vec![INSIDE]], answers_200).await;
        for _ in 0..3 {
            assert_eq!(network.send().await, Ok(StatusCode::OK));
        }
        let seen = (
            network.outside.received().len(),
            network.outside.connections(),
        );
        assert_eq!(seen, (3, 1), "{protocol:?}");
        assert_eq!(network.queries(), 1, "{protocol:?}");
        network.assert_nobody_came_inside();
    }
}

#[tokio::test]
async fn a_new_connection_is_checked_anew() {
    // The endpoint hangs up after its first answer, so the second event needs another connection.
    let network = Network::new(
        Protocol::Http1,
        [vec![OUTSIDE], vec![INSIDE]],
        |count| match count {
            0 => Reply::Status(200),
            _ => Reply::Close,
        },
    )
    .await;
    assert_eq!(network.send().await, Ok(StatusCode::OK));
    assert_eq!(network.send().await, Err(SendErrorKind::AddressRefused));
    assert_eq!(network.queries(), 2);
    network.assert_nobody_came_inside();
}

#[tokio::test]
async fn a_connection_to_one_name_is_not_used_for_another_at_the_same_address() {
    let network = Network::new(Protocol::Http2, [vec![OUTSIDE], vec![INSIDE]], answers_200).await;
    assert_eq!(network.send().await, Ok(StatusCode::OK));
    let other = network.send_to("other.localhost").await;
    assert_eq!(other.unwrap_err().kind, SendErrorKind::AddressRefused);
    network.assert_nobody_came_inside();
}

#[tokio::test]
async fn a_name_without_addresses_is_not_connected_to() {
    let network = Network::new(Protocol::Http1, [vec![]], answers_200).await;
    assert_eq!(network.send().await, Err(SendErrorKind::Connect));
    network.assert_nobody_came_inside();
}
