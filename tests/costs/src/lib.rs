//! What the product costs on AWS, and how much concurrency it needs.
//!
//! `inputs` reads prices and measured values, `measured` takes the latter from the benchmark. `model` computes how many
//! invocations a load needs, `cost` what it costs, with what `history` says is written; `standing` what is paid without
//! delivering anything, and `scaling` how long a burst waits. `tables` and `charts` show it.

mod by_setting;
pub mod charts;
pub mod cost;
pub mod history;
pub mod inputs;
mod markdown;
pub mod measured;
pub mod model;
pub mod scaling;
pub mod standing;
pub mod tables;
#[cfg(test)]
mod testing;
