//! Memory of the function while it is sent bodies without end.

use anyhow::Result;
use serde::{Deserialize, Serialize};

use crate::{
    endpoint::Behaviour, program::Program, scenario::Scenario, stage::Stage, tenants::ENDLESS,
};

/// Batches that are answered so; memory that grew with each would be seen.
const BATCHES: usize = 50;

/// Most memory resident, in bytes.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Endless {
    /// While bodies in chunks have no end.
    pub http1_bytes: u64,
    /// While each body has a gibibyte, over HTTP/2.
    pub http2_bytes: u64,
}

/// Measures it.
///
/// # Errors
/// Where the function fails.
pub async fn measure(stage: &Stage) -> Result<Endless> {
    let scenario = Scenario::default();
    let http1 = Program::delivery_for(stage, &scenario, ENDLESS).await?;
    let http1_bytes = peak(http1).await?;
    stage.endpoint.behave(Behaviour {
        endless: true,
        ..Behaviour::default()
    });
    let scenario = Scenario {
        is_http2: true,
        ..scenario
    };
    let http2_bytes = peak(Program::delivery(stage, &scenario).await?).await?;
    stage.endpoint.behave(Behaviour::default());
    Ok(Endless {
        http1_bytes,
        http2_bytes,
    })
}

async fn peak(mut program: Program) -> Result<u64> {
    program.batches(BATCHES).await?;
    let peak = program.peak_memory()?;
    program.end().await;
    Ok(peak)
}
