//! What every store must do.
//!
//! [`contract_tests!`](crate::contract_tests) makes a test of each function here. Each test uses an organisation of its
//! own, so that all can share one table with others.
#![expect(clippy::unwrap_used, reason = "this module is made of assertions")]

pub mod campaigns;
pub mod health;
pub mod history;
pub mod key_sets;
pub mod look_up;
mod samples;
pub mod webhooks;

pub use samples::{fresh_key, webhook};

/// Makes a test of every function of [`contract`](crate::contract)'s modules; `$store` is an expression that awaits and
/// yields the store.
#[macro_export]
macro_rules! contract_tests {
    ($store:expr) => {
        $crate::contract_tests!($store; webhooks:
            what_is_created_is_read_back_whole,
            every_kind_of_authentication_is_read_back_whole,
            second_create_for_a_sandbox_is_a_conflict,
            of_concurrent_creates_exactly_one_succeeds,
            a_replacement_needs_the_version_before_it,
            a_deleted_webhook_is_gone_and_its_key_free,
            a_webhook_of_another_id_is_never_replaced_or_deleted,
            pages_hold_every_webhook_of_the_organisation_once,
        );
        $crate::contract_tests!($store; campaigns:
            a_switch_that_is_on_stays_as_it_was,
            a_switch_can_be_switched_off_twice,
            a_switch_outlives_the_webhook,
            pages_hold_every_switch_of_the_sandbox_once,
        );
        $crate::contract_tests!($store; look_up:
            a_look_up_finds_what_exists_and_nothing_else,
            a_look_up_may_want_more_than_one_call_can_fetch,
        );
        $crate::contract_tests!($store; health:
            a_record_is_read_back_whole_and_found_by_a_look_up,
            the_records_of_an_organisation_are_listed_and_no_others,
            of_concurrent_openings_exactly_one_succeeds,
            a_record_of_an_older_version_or_webhook_is_void,
            of_concurrent_probers_exactly_one_succeeds,
            only_who_saw_the_last_change_closes_a_circuit,
            an_endpoint_that_is_gone_stays_so,
        );
        $crate::contract_tests!($store; history:
            attempts_are_read_newest_first_in_parts,
            successes_and_failures_are_told_apart,
            a_success_among_many_failures_is_found,
            nobody_reads_the_attempts_of_another,
            counts_add_up_by_bucket,
        );
        $crate::contract_tests!($store; key_sets:
            a_key_set_is_read_back_whole_without_its_organisation,
            a_key_set_follows_every_change_of_its_webhook,
            a_refused_write_leaves_the_key_set_as_it_was,
        );
    };
    ($store:expr; $module:ident: $($name:ident,)*) => {
        $(
            #[tokio::test]
            async fn $name() {
                $crate::contract::$module::$name(&$store.await).await;
            }
        )*
    };
}
