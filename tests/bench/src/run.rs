//! A run: the measurements one after the other.

use anyhow::{Context, Result};
use clap::ValueEnum;

use crate::{
    allocations, api, cold,
    load::{measure, measure_plain},
    memory,
    report::Results,
    scenario::{MANY, Scenario},
    stage::Stage,
    targets::zipped_bytes,
    tenants,
};

/// A part of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Part {
    /// Warm delivery, in all scenarios.
    Load,
    /// What TLS costs the references.
    Plain,
    /// Memory while bodies have no end.
    Memory,
    /// Allocations.
    Allocations,
    /// Starts.
    Starts,
    /// The configuration API.
    Api,
}

/// What is measured.
#[derive(Debug)]
pub struct Plan {
    parts: Vec<Part>,
    scenarios: Vec<Scenario>,
    counted: Vec<Scenario>,
}

impl Plan {
    /// These parts, or all where there are none; of scenarios only those whose names have this text in them.
    pub fn new(parts: &[Part], matching: Option<&str>) -> Self {
        let is_wanted = |scenario: &Scenario| {
            matching.is_none_or(|matching| scenario.name().contains(matching))
        };
        let parts = match parts {
            [] => Part::value_variants(),
            parts => parts,
        };
        let of = |part: Part, scenarios: Vec<Scenario>| match parts.contains(&part) {
            true => scenarios.into_iter().filter(is_wanted).collect(),
            false => Vec::new(),
        };
        Self {
            scenarios: of(Part::Load, Scenario::all()),
            counted: of(Part::Allocations, allocations::scenarios()),
            parts: parts.to_vec(),
        }
    }

    /// How many steps it has.
    pub fn steps(&self) -> usize {
        let of = |part, steps| usize::from(self.parts.contains(&part)) * steps;
        let others = [
            of(Part::Plain, 1),
            of(Part::Memory, 1),
            of(Part::Starts, cold::SIZES.len()),
            of(Part::Api, 1),
        ];
        1 + self.scenarios.len() + self.counted.len() + others.iter().sum::<usize>()
    }

    /// Measures everything. `step` is told what comes next. What was measured before an error is in the results.
    ///
    /// # Errors
    /// Where a program fails.
    pub async fn run(
        &self,
        stage: &Stage,
        results: &mut Results,
        mut step: impl FnMut(&str),
    ) -> Result<()> {
        step("tenants");
        results.delivery_zipped_bytes = Some(zipped_bytes(&stage.programs.delivery)?);
        results.config_api_zipped_bytes = Some(zipped_bytes(&stage.programs.config_api)?);
        tenants::set_up(stage, MANY).await?;
        for scenario in &self.scenarios {
            let name = scenario.name();
            step(&name);
            let outcome = measure(stage, scenario).await;
            results.load.push(outcome.context(name)?);
        }
        if self.parts.contains(&Part::Plain) {
            step("without TLS");
            let plain = measure_plain(stage, &Scenario::of_batch(100)).await;
            results.plain = Some(plain.context("without TLS")?);
        }
        if self.parts.contains(&Part::Memory) {
            step("bodies without end");
            let endless = memory::measure(stage).await;
            results.endless = Some(endless.context("bodies without end")?);
        }
        for scenario in &self.counted {
            let name = format!("allocations, {}", scenario.name());
            step(&name);
            let counted = allocations::measure(stage, scenario, &results.allocations).await;
            results.allocations.push(counted.context(name)?);
        }
        if self.parts.contains(&Part::Starts) {
            let on_start = |size: &str| step(&format!("starts, {size}"));
            let starts = cold::measure(stage, on_start).await;
            (results.cold, results.cold_limits_missing) = starts.context("starts")?;
        }
        if self.parts.contains(&Part::Api) {
            step("routes of the configuration API");
            let api = api::measure(stage).await;
            results.api = Some(api.context("routes of the configuration API")?);
        }
        Ok(())
    }
}
