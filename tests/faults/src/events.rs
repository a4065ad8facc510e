//! The events of a run: what each one is, how its message reads, and what its endpoint must receive. Pure; everything
//! follows from the seed and the event's number.

use std::ops::Range;

use serde_json::{Value, json};

use crate::dice::{Dice, choose};

const SAMPLES: [&str; 2] = [
    include_str!("../../samples/payload-email-bounce.json"),
    include_str!("../../samples/payload-sms-delivered.json"),
];
/// The campaign of all events, switched on in every sandbox.
pub const CAMPAIGN: &str = "fault-run";
/// Events whose endpoint answers 410. Each has a sandbox of its own, since an endpoint that is gone is gone for others too.
pub const GONE: Range<u64> = 0..8;
/// Events whose retry window is about to end, and whose endpoint answers 500 for ever.
pub const EXHAUSTED: Range<u64> = 8..16;

/// The sandbox whose endpoint is down for a while now and then.
pub const UNSTEADY: &str = "unsteady";

/// What must become of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It is delivered.
    Wanted,
    /// It is delivered, or skipped while the webhook is deleted.
    Revolving,
    /// It is skipped: the webhook does not report its status.
    Unwanted,
    /// It lies in the dead-letter queue as unreadable.
    Unreadable,
    /// It lies there because its endpoint is gone.
    Gone,
    /// It lies there because its retry window is over.
    Exhausted,
}

impl Kind {
    /// The reason with which it may be in the dead-letter queue.
    pub fn dead_letter_reason(self) -> Option<&'static str> {
        match self {
            Self::Wanted | Self::Revolving | Self::Unwanted => None,
            Self::Unreadable => Some("unreadable"),
            Self::Gone => Some("gone"),
            Self::Exhausted => Some("attempts-exhausted"),
        }
    }

    /// The reason for which it may be skipped.
    pub fn skip_reason(self) -> Option<&'static str> {
        match self {
            Self::Revolving => Some("no-configuration"),
            Self::Unwanted => Some("status-not-selected"),
            Self::Wanted | Self::Unreadable | Self::Gone | Self::Exhausted => None,
        }
    }

    /// Whether its endpoint may receive it and accept it.
    pub fn may_be_delivered(self) -> bool {
        matches!(self, Self::Wanted | Self::Revolving)
    }
}

/// All events of a run.
#[derive(Debug, Clone)]
pub struct Events {
    dice: Dice,
    /// The organisation that all of them belong to.
    pub organisation: String,
    marker: String,
}

impl Events {
    /// The events that follow from a seed.
    pub fn new(seed: u64) -> Self {
        Self {
            dice: Dice::new(seed),
            organisation: format!("faults-{seed}@TestOrg"),
            marker: format!("fault-run-{seed}-"),
        }
    }

    /// What the event is.
    pub fn kind(&self, number: u64) -> Kind {
        if GONE.contains(&number) {
            return Kind::Gone;
        }
        if EXHAUSTED.contains(&number) {
            return Kind::Exhausted;
        }
        let kinds = [
            (100, Kind::Revolving),
            (20, Kind::Unwanted),
            (10, Kind::Unreadable),
        ];
        choose(&mut self.dice.about("kind", number), &kinds).unwrap_or(Kind::Wanted)
    }

    /// The sandbox that it belongs to.
    pub fn sandbox(&self, number: u64) -> String {
        let mut rng = self.dice.about("sandbox", number);
        match self.kind(number) {
            Kind::Gone => format!("gone-{number}"),
            Kind::Exhausted => "exhausted".to_owned(),
            Kind::Revolving => format!("revolving-{}", rng.u8(0..2)),
            Kind::Wanted | Kind::Unwanted | Kind::Unreadable => match rng.u8(0..6) {
                edited @ 0..2 => format!("edited-{edited}"),
                5 => UNSTEADY.to_owned(),
                steady => format!("steady-{steady}"),
            },
        }
    }

    /// The id that its producer gave it. One in eight has none, and the function derives one from the message.
    pub fn id(&self, number: u64) -> Option<String> {
        let derived = number % 8 == 7 && self.kind(number) == Kind::Wanted;
        (!derived).then(|| format!("{}{number}", self.marker))
    }

    /// What its endpoint must receive.
    pub fn payload(&self, number: u64) -> Value {
        let mut rng = self.dice.about("payload", number);
        let sample = SAMPLES[rng.usize(0..SAMPLES.len())];
        let mut payload: Value = serde_json::from_str(sample).unwrap_or_default();
        payload["requestId"] = json!(format!("{}{number}", self.marker));
        payload["imsOrg"] = json!(self.organisation);
        payload["sandbox"]["name"] = json!(self.sandbox(number));
        payload["messageExecution"]["campaignID"] = json!(CAMPAIGN);
        let status = match self.kind(number) {
            Kind::Unwanted => "read",
            _ => ["sent", "delivered", "bounce", "error"][rng.usize(0..4)],
        };
        payload["messageDeliveryFeedback"]["feedbackStatus"] = json!({"value": status});
        payload["ofTheRun"] = json!({"text": "å \u{1F600} \"\\", "numbers": [number, 0.5, null]});
        payload
    }

    /// The message that the producer puts on the queue.
    pub fn message(&self, number: u64) -> String {
        let mut event = self.payload(number);
        if let Some(fields) = event.as_object_mut() {
            fields.remove("eventType");
            if let Some(id) = self.id(number) {
                fields.insert("eventId".to_owned(), json!(id));
            }
        }
        let mut message = event.to_string();
        if self.kind(number) == Kind::Unreadable {
            message.pop();
        }
        message
    }

    /// The number of the event that a message, a payload or an id belongs to.
    pub fn number_in(&self, text: &str) -> Option<u64> {
        let (_, rest) = text.split_once(&self.marker)?;
        let end = rest.find(|c: char| !c.is_ascii_digit());
        rest[..end.unwrap_or(rest.len())].parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_recognised_in_whatever_form_it_comes() {
        let events = Events::new(7);
        for number in 0..200 {
            let texts = [
                events.message(number),
                events.payload(number).to_string(),
                events.id(number).unwrap_or_else(|| events.message(number)),
            ];
            assert_eq!(texts.map(|text| events.number_in(&text)), [Some(number); 3]);
        }
        assert_eq!(events.number_in("fault-run-8-1"), None);
        assert_eq!(events.number_in("fault-run-7-"), None);
    }

    #[test]
    fn every_kind_occurs() {
        let events = Events::new(7);
        for kind in [
            Kind::Wanted,
            Kind::Revolving,
            Kind::Unwanted,
            Kind::Unreadable,
            Kind::Gone,
            Kind::Exhausted,
        ] {
            assert!(
                (0..1_000).any(|number| events.kind(number) == kind),
                "{kind:?}"
            );
        }
    }
}
