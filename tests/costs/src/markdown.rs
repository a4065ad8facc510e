//! Numbers and tables as Markdown.

use std::fmt::Write as _;

use crate::model::Estimate;

/// A table with a title. Each row begins with what it is about, which `first` names.
pub(crate) fn table(title: &str, first: &str, heads: &[String], rows: &[Vec<String>]) -> String {
    let mut text = format!("\n## {title}\n\n| {first} | {} |\n|---|", heads.join(" | "));
    text += &"---:|".repeat(heads.len());
    text += "\n";
    for row in rows {
        let _ = writeln!(text, "| {} |", row.join(" | "));
    }
    text
}

/// What a million events cost, and how many invocations are under way at a time.
pub(crate) fn cost_and_concurrency(estimate: &Estimate) -> String {
    let concurrency = estimate.concurrency().ceil();
    format!(
        "{} · {}",
        dollars(estimate.cost.total()),
        thousands(concurrency)
    )
}

/// An amount of money, to the cent; below a cent to a tenth of it.
pub(crate) fn dollars(amount: f64) -> String {
    match amount {
        amount if amount < 0.01 => format!("{amount:.3}"),
        amount => format!("{amount:.2}"),
    }
}

/// A time in seconds, with a decimal below ten.
pub(crate) fn seconds(time: f64) -> String {
    match time {
        time if time < 0.05 => "0".to_owned(),
        time if time < 9.95 => format!("{time:.1}"),
        time => format!("{time:.0}"),
    }
}

/// A number below a million with a comma before its thousands, where it has some.
pub(crate) fn thousands(number: f64) -> String {
    let text = number.to_string();
    match text.split_at_checked(text.len().wrapping_sub(3)) {
        Some((thousands, rest)) if number >= 1_000.0 => format!("{thousands},{rest}"),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_for_people() {
        assert_eq!(
            [0.0042, 0.5, 12.345].map(dollars),
            ["0.004", "0.50", "12.35"]
        );
        assert_eq!(
            [0.04, 0.06, 9.94, 9.96].map(seconds),
            ["0", "0.1", "9.9", "10"]
        );
        assert_eq!(
            [0.1, 999.0, 1_000.0, 150_308.0].map(thousands),
            ["0.1", "999", "1,000", "150,308"]
        );
    }
}
