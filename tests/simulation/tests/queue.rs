//! What a queue does with messages: the documented limits and orders.

use fastrand::Rng;
use simulation::queue::{Parcel, Queue, Tenant};

fn parcel(count: u32) -> Parcel {
    Parcel {
        sent_at: 0,
        due_at: 0,
        tries: 0,
        count,
    }
}

fn receive(queue: &mut Queue, max: u32) -> Vec<Tenant> {
    let mut tenants = Vec::new();
    queue.receive(max, &mut Rng::with_seed(1), |tenant, _| {
        tenants.push(tenant)
    });
    tenants
}

#[test]
fn nothing_is_received_at_the_in_flight_limit_until_something_is_deleted() {
    let mut queue = Queue::new(1, false);
    queue.send(Tenant::Healthy, parcel(120_005), 0, 0);
    assert_eq!(receive(&mut queue, 120_005).len(), 120_000);
    assert!(receive(&mut queue, 10).is_empty());
    queue.delete(Tenant::Healthy, 3);
    assert_eq!(receive(&mut queue, 10).len(), 3);
}

#[test]
fn a_delayed_message_is_neither_visible_nor_in_flight() {
    let mut queue = Queue::new(1, false);
    queue.send(Tenant::Failing, parcel(7), 5_000, 0);
    queue.wake(4_999);
    assert_eq!(
        (queue.delayed(), queue.visible(), queue.in_flight()),
        (7, 0, 0)
    );
    queue.wake(5_000);
    assert_eq!(
        (queue.delayed(), queue.visible(), queue.in_flight()),
        (0, 7, 0)
    );
}

#[test]
fn no_delay_is_longer_than_15_minutes() {
    let mut queue = Queue::new(1, false);
    queue.send(Tenant::Failing, parcel(1), 3_600_000, 0);
    queue.wake(900_000);
    assert_eq!(queue.visible(), 1);
}

#[test]
fn a_hidden_message_is_in_flight_until_its_visibility_timeout_is_over() {
    let mut queue = Queue::new(1, false);
    queue.send(Tenant::Failing, parcel(1), 0, 0);
    receive(&mut queue, 1);
    queue.hide(Tenant::Failing, parcel(1), 3_600_000, 0);
    queue.wake(3_599_999);
    assert_eq!((queue.visible(), queue.in_flight()), (0, 1));
    queue.wake(3_600_000);
    assert_eq!((queue.visible(), queue.in_flight()), (1, 0));
}

#[test]
fn the_oldest_message_is_received_first() {
    let mut queue = Queue::new(1, true);
    queue.send(Tenant::Failing, parcel(1), 0, 0);
    queue.send(Tenant::Healthy, parcel(1), 0, 1);
    assert_eq!(receive(&mut queue, 2), [Tenant::Failing, Tenant::Healthy]);
}

#[test]
fn in_a_fair_queue_a_tenant_with_30_in_flight_and_a_tenth_of_all_waits_for_the_others() {
    for (in_flight, is_fair, first) in [
        (30, true, Tenant::Healthy),
        (29, true, Tenant::Failing),
        (30, false, Tenant::Failing),
    ] {
        let mut queue = Queue::new(1_000, is_fair);
        queue.send(Tenant::Failing, parcel(in_flight), 0, 0);
        receive(&mut queue, in_flight);
        queue.send(Tenant::Failing, parcel(1), 0, 1);
        queue.send(Tenant::Healthy, parcel(1), 0, 2);
        assert_eq!(receive(&mut queue, 2)[0], first, "{in_flight} {is_fair}");
    }
}

#[test]
fn a_tenth_of_all_in_flight_is_not_noisy() {
    let mut queue = Queue::new(1_000, true);
    queue.send(Tenant::Healthy, parcel(900), 0, 0);
    queue.send(Tenant::Failing, parcel(100), 0, 0);
    assert_eq!(receive(&mut queue, 1_000).len(), 1_000);
    queue.send(Tenant::Failing, parcel(1), 0, 1);
    queue.send(Tenant::Healthy, parcel(1), 0, 2);
    assert_eq!(receive(&mut queue, 2)[0], Tenant::Failing);
}
