//! The event loop: what happens when, to which queue, by which poller. Arrivals are the only thing that advances in
//! steps; receives and ends of invocations happen at their own millisecond.

use fastrand::Rng;

use crate::{
    Millis,
    agenda::{Action, Agenda, Name},
    breaker::Breaker,
    delivery::{Item, Outcome, backoff_ms, deliver},
    limits::{IN_FLIGHT_MAX, RECEIVE_MAX},
    mapping::{Mapping, Poller},
    measures::{LaneSample, Measures, Sample},
    queue::{Parcel, Queue, Tenant},
    settings::{Settings, Waiting},
};

/// Events that the backend sends within this time arrive at its start.
const STEP_MS: Millis = 10;
const SECOND_MS: Millis = 1_000;

/// Runs until nothing is left of the outage.
///
/// # Errors
/// A sentence about a setting that makes no sense.
pub fn run(settings: &Settings) -> Result<Measures, String> {
    settings.check()?;
    let mut engine = Engine::new(settings);
    while !engine.is_over() {
        engine.step();
    }
    Ok(engine.measures)
}

struct LaneState {
    queue: Queue,
    mapping: Mapping,
}

struct Engine<'a> {
    settings: &'a Settings,
    rng: Rng,
    now: Millis,
    agenda: Agenda,
    lanes: [LaneState; 2],
    breaker: Option<Breaker>,
    measures: Measures,
}

impl<'a> Engine<'a> {
    fn new(settings: &'a Settings) -> Self {
        let lane = |lane| LaneState {
            queue: Queue::new(
                settings.traffic.healthy_tenants,
                settings.has_message_groups,
            ),
            mapping: Mapping::new(lane),
        };
        Self {
            settings,
            rng: Rng::with_seed(settings.seed),
            now: 0,
            agenda: Agenda::default(),
            lanes: [lane(settings.feedback), lane(settings.retry)],
            breaker: settings.breaker.map(Breaker::new),
            measures: Measures::new(settings.outage),
        }
    }

    fn is_over(&self) -> bool {
        let outage = self.settings.outage;
        let feedback = &self.lanes[Name::Feedback as usize].queue;
        let is_drained = self.now > outage.end_ms + SECOND_MS
            && self.measures.failing_is_drained()
            && feedback.oldest_age_ms(Tenant::Healthy, self.now) < SECOND_MS;
        is_drained || self.now >= outage.start_ms + self.settings.give_up_after_ms
    }

    fn step(&mut self) {
        while let Some(planned) = self.agenda.next(self.now) {
            match planned.action {
                Action::Receive => self.receive(planned.at, planned.lane, planned.poller),
                Action::Finish => self.finish(planned.at, planned.lane, planned.poller),
            }
        }
        self.arrive();
        for lane in [Name::Feedback, Name::Retry] {
            self.lanes[lane as usize].queue.wake(self.now);
            self.start_pollers(lane);
        }
        if self.now.is_multiple_of(SECOND_MS) {
            self.second();
        }
        self.now += STEP_MS;
    }

    fn arrive(&mut self) {
        let traffic = self.settings.traffic;
        for (tenant, per_second) in [
            (Tenant::Healthy, traffic.healthy_events_per_second),
            (Tenant::Failing, traffic.failing_events_per_second),
        ] {
            let until = |at: Millis| u64::from(per_second) * u64::from(at) / 1_000;
            let count = (until(self.now + STEP_MS) - until(self.now)) as u32;
            if count > 0 {
                let parcel = Parcel {
                    sent_at: self.now,
                    due_at: self.now,
                    tries: 0,
                    count,
                };
                let queue = &mut self.lanes[Name::Feedback as usize].queue;
                queue.send(tenant, parcel, 0, self.now);
                self.measures.sent(tenant, count, self.now);
            }
        }
    }

    /// Long polls return when messages are there, and not at the in-flight limit.
    fn start_pollers(&mut self, name: Name) {
        let lane = &mut self.lanes[name as usize];
        if lane.queue.in_flight() >= IN_FLIGHT_MAX {
            return;
        }
        let receives = lane.queue.visible().div_ceil(u64::from(RECEIVE_MAX));
        while let Some(mut poller) = self.lanes[name as usize].mapping.start(receives) {
            poller.gathering_since = self.now;
            self.agenda.plan(self.now, name, Action::Receive, poller);
        }
    }

    /// A poller receives. It invokes the function when the batch is full or its window over.
    fn receive(&mut self, now: Millis, name: Name, mut poller: Poller) {
        let lane = &mut self.lanes[name as usize];
        let gathered = poller.batch.len() as u32;
        let wanted = RECEIVE_MAX.min(lane.mapping.lane.batch_size - gathered);
        let batch = &mut poller.batch;
        let received = lane.queue.receive(wanted, &mut self.rng, |tenant, parcel| {
            batch.push(Item {
                tenant,
                parcel,
                outcome: Outcome::Received,
            });
        });
        if gathered == 0 {
            poller.gathering_since = now;
        }
        if gathered + received == 0 {
            return lane.mapping.stop(poller);
        }
        let answered_at = now + self.settings.assumed.receive_ms;
        let window_ends_at = poller.gathering_since + lane.mapping.lane.batch_window_ms;
        if gathered + received < lane.mapping.lane.batch_size && answered_at < window_ends_at {
            return self.agenda.plan(answered_at, name, Action::Receive, poller);
        }
        lane.mapping.invoked();
        let attempt_timeout_ms = lane.mapping.lane.attempt_timeout_ms;
        let ends_at = deliver(
            self.settings,
            attempt_timeout_ms,
            &mut poller,
            self.breaker.as_mut(),
            &mut self.rng,
            &mut self.measures,
            answered_at,
        );
        self.agenda.plan(ends_at, name, Action::Finish, poller);
    }

    /// The invocation ends: every message of the batch is settled, and the poller starts anew.
    fn finish(&mut self, now: Millis, name: Name, mut poller: Poller) {
        let mut failures = 0;
        for Item {
            tenant,
            parcel,
            outcome,
        } in poller.batch.drain(..)
        {
            match outcome {
                Outcome::Delivered | Outcome::Probed { is_delivered: true } => {
                    self.lanes[name as usize].queue.delete(tenant, parcel.count);
                }
                Outcome::NotDue => self.wait_on(name, tenant, parcel, now),
                Outcome::Failed | Outcome::Passed | Outcome::Probed { .. } | Outcome::Received => {
                    let tries = parcel.tries.saturating_add(1);
                    let is_passed = outcome == Outcome::Passed;
                    let delay_ms =
                        backoff_ms(self.settings.backoff, tries, is_passed, &mut self.rng);
                    let parcel = Parcel {
                        due_at: now + delay_ms,
                        tries,
                        ..parcel
                    };
                    self.wait_on(name, tenant, parcel, now);
                }
            }
            if let (Tenant::Failing, Some(breaker)) = (tenant, &mut self.breaker) {
                match outcome {
                    Outcome::Delivered => breaker.succeeded(),
                    Outcome::Failed => failures += parcel.count,
                    Outcome::Probed { is_delivered } => {
                        breaker.probed(is_delivered, &mut poller.remembered, now);
                    }
                    Outcome::Passed | Outcome::NotDue | Outcome::Received => {}
                }
            }
        }
        if let Some(breaker) = &mut self.breaker
            && failures > 0
        {
            breaker.failed(failures, &mut poller.remembered, now);
        }
        self.lanes[name as usize].mapping.answered();
        self.agenda.plan(now, name, Action::Receive, poller);
    }

    /// Puts a received message where it waits for `parcel.due_at`.
    fn wait_on(&mut self, name: Name, tenant: Tenant, parcel: Parcel, now: Millis) {
        let delay_ms = parcel.due_at - now.min(parcel.due_at);
        let source = &mut self.lanes[name as usize].queue;
        match self.settings.waiting {
            Waiting::VisibilityTimeout => source.hide(tenant, parcel, delay_ms, now),
            Waiting::RetryQueue => {
                source.delete(tenant, parcel.count);
                let retry = &mut self.lanes[Name::Retry as usize].queue;
                retry.send(tenant, parcel, delay_ms, now);
            }
        }
    }

    /// What happens once a second: scaling, and a look at everything.
    fn second(&mut self) {
        let now = self.now;
        let [feedback, retry] = &mut self.lanes;
        for lane in [&mut *feedback, &mut *retry] {
            lane.mapping.scale(lane.queue.visible() > 0);
        }
        self.measures.samples.push(Sample {
            at_ms: now,
            feedback: feedback.sample(now),
            retry: retry.sample(now),
            circuit_is_open: self.breaker.as_ref().is_some_and(Breaker::is_open),
        });
    }
}

impl LaneState {
    fn sample(&self, now: Millis) -> LaneSample {
        LaneSample {
            visible: self.queue.visible(),
            delayed: self.queue.delayed(),
            in_flight: self.queue.in_flight(),
            concurrency: self.mapping.invoking(),
            healthy_age_ms: self.queue.oldest_age_ms(Tenant::Healthy, now),
        }
    }
}
