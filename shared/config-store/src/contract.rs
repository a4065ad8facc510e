//! What every store must do. [`contract_tests!`](crate::contract_tests) makes a test of each function here; each uses
//! an organisation of its own, so that they can share one table.
#![expect(clippy::unwrap_used, reason = "this module is made of assertions")]

use std::collections::HashSet;
