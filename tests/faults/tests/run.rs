//! The fault run of `make test`. It needs the local cloud: `python -m infra.local exec -- cargo test -p faults`.

use std::{
    io::{Write, stderr},
    path::PathBuf,
    time::{Duration, Instant},
};

use driver::provenance::Provenance;
use faults::{
    DELIVERY_BINARY,
    cloud::Description,
    report::report,
    run::{Plan, carry_out},
};

/// Enough of them for every fault to happen.
const EVENTS: u32 = 5_000;
/// Always the same, so that a failure is one of the code.
const SEED: u64 = 1;
/// Several times what it takes.
const LIMIT: Duration = Duration::from_secs(600);

#[tokio::test(flavor = "multi_thread")]
async fn no_event_is_lost_while_everything_around_the_function_fails() {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let cloud = Description::of_environment().unwrap();
    let plan = Plan {
        seed: SEED,
        events: EVENTS,
        binary: PathBuf::from(DELIVERY_BINARY),
        limit: LIMIT,
    };
    let (origin, began) = (Provenance::now(), Instant::now());
    let verdict = carry_out(&plan, &cloud).await.unwrap();
    // Shown even if the test passes: what was injected and what became of the events is its result.
    let report = report(SEED, &origin, began.elapsed(), &verdict);
    stderr().write_all(report.as_bytes()).unwrap();
    assert!(verdict.is_good(), "see the report above");
}
