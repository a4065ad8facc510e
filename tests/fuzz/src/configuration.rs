use config_api::{body, draft::Draft, invalid::Place};
use domain::endpoint::EndpointPolicy;
use jiff::Timestamp;
use serde_json::Value;

/// Most faults that one answer lists.
const FAULTS_MAX: usize = 100;

/// The body of a request that creates a webhook. One that is refused has a fault at each place that it names, and repeats
/// no secret.
///
/// # Panics
/// If that does not hold.
pub fn configuration(bytes: &[u8]) {
    let Ok(value) = body::parse(bytes) else {
        return;
    };
    let now = Timestamp::UNIX_EPOCH;
    let Err(invalid) = Draft::read(value.clone(), &EndpointPolicy::default(), None, now) else {
        assert!(value.is_object());
        return;
    };
    let faults = invalid.into_faults();
    assert!((1..=FAULTS_MAX).contains(&faults.len()));
    let secret = value
        .pointer("/authentication/secret")
        .and_then(Value::as_str);
    // Shorter ones occur in the API's own words.
    let secret = secret.filter(|secret| secret.len() > 32);
    for fault in faults {
        let Place::Pointer(pointer) = fault.place else {
            panic!("a body's fault has a pointer");
        };
        // What is missing has a place in something that is there.
        let parent = pointer.rsplit_once('/').map_or("", |(parent, _)| parent);
        assert!(value.pointer(parent).is_some(), "{pointer}");
        assert!(!fault.code.is_empty() && fault.detail.ends_with('.'));
        assert!(secret.is_none_or(|secret| !fault.detail.contains(secret)));
    }
}
