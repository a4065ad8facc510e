//! What has to be true of every input, whatever its bytes: one function for each parser that strangers reach.
//!
//! `targets` lets libFuzzer look for inputs that break one of them, `tests` runs the inputs in `corpus`.

mod configuration;
mod event;
mod header;
mod retry_after;
mod url;

pub use self::{
    configuration::configuration, event::event, header::header, retry_after::retry_after, url::url,
};
