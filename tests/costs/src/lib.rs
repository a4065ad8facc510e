//! What the product costs on AWS, and how much concurrency it needs: `inputs` reads prices and measured values, `model`
//! computes, `tables` shows.

pub mod inputs;
pub mod model;
pub mod tables;
