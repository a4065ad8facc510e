//! Counts the instructions of a fixed workload and compares them with those that are kept.
//!
//! `check` and `record` run this very program under valgrind, with `run`.

use std::{
    io::{Write, stderr, stdout},
    process::ExitCode,
};

use anyhow::{Result, bail};
use workload::{
    counts,
    scenario::{named, reference, run},
};

/// One thread, as in the function.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    carry_out(&arguments).await.unwrap_or_else(|error| {
        // Where nobody can read it any more, there is nobody to tell.
        let _ = writeln!(stderr(), "Error: {error:?}");
        ExitCode::FAILURE
    })
}

async fn carry_out(arguments: &[&str]) -> Result<ExitCode> {
    match arguments {
        ["run", counts::REFERENCE, batches] => reference(batches.parse()?)?,
        ["run", name, batches] => run(named(name)?, batches.parse()?).await?,
        ["record"] => counts::record()?,
        ["check"] => {
            let (table, is_good) = counts::check()?;
            stdout().write_all(table.as_bytes())?;
            if !is_good {
                return Ok(ExitCode::FAILURE);
            }
        }
        _ => bail!("usage: check | record | run NAME BATCHES"),
    }
    Ok(ExitCode::SUCCESS)
}
