use domain::event::{FeedbackEvent, Fields};
use domain::payload::payload;
use serde_json::value::RawValue;

/// Fields that the payload has in another form, or not at all.
const CHANGED: [&str; 5] = [
    "eventType",
    "messageDeliveryFeedback",
    "messageDeliveryfeedback",
    "eventId",
    "occurredAt",
];

/// A message of the feedback queue. An event that is read becomes one JSON object, the same at every attempt, that has
/// every other field with the bytes that came.
///
/// # Panics
/// If that does not hold.
pub fn event(bytes: &[u8]) {
    let Ok(body) = std::str::from_utf8(bytes) else {
        return;
    };
    let Ok(event) = FeedbackEvent::parse(body) else {
        return;
    };
    if let Some(id) = &event.event_id {
        http::HeaderValue::from_str(id).expect("an id that a header can have");
    }
    let bytes = payload(&event);
    assert_eq!(bytes, payload(&event), "the same at every attempt");
    let text = std::str::from_utf8(&bytes).expect("JSON is UTF-8");
    let written: Fields<'_> = serde_json::from_str(text).expect("an object with distinct members");
    let kept = |name: &str| !CHANGED.contains(&name);
    for (name, value) in event.fields.iter().filter(|(name, _)| kept(name)) {
        assert_eq!(written.get(name).map(RawValue::get), Some(value.get()));
    }
    let feedback = written.get("messageDeliveryFeedback");
    let feedback: Fields<'_> = feedback
        .and_then(|value| serde_json::from_str(value.get()).ok())
        .expect("the feedback is an object with distinct members");
    for (name, value) in event
        .feedback
        .iter()
        .filter(|(name, _)| *name != "feedbackStatus")
    {
        assert_eq!(feedback.get(name).map(RawValue::get), Some(value.get()));
    }
}
