//! A run's summary as a person reads it.

use std::fmt::{Display, Formatter};

use comfy_table::{CellAlignment, Table, presets::UTF8_BORDERS_ONLY};

use crate::summary::Summary;

/// Longest text of a cell, in characters; attributes may have been written by hand.
const CELL_MAX_CHARS: usize = 64;

impl Display for Summary {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> std::fmt::Result {
        if !self.chosen.is_empty() {
            writeln!(formatter, "{}", table(self))?;
        }
        write!(
            formatter,
            "{} of {} messages match",
            self.chosen_count(),
            self.looked_at
        )?;
        if let Some(moved) = self.moved {
            write!(formatter, "\n{moved} moved")?;
        }
        for (count, meaning) in [
            (
                self.refused,
                "refused by the feedback queue, and still dead letters",
            ),
            (
                self.undeleted,
                "sent but not deleted, so in both queues; moving them again sends duplicates with the same id",
            ),
            (self.arrived_since, "arrived meanwhile and were left alone"),
            (
                self.not_given_back,
                "stay hidden from others until their visibility timeout has passed",
            ),
        ] {
            if count > 0 {
                write!(formatter, "\n{count} {meaning}")?;
            }
        }
        if self.interrupted {
            write!(formatter, "\nInterrupted: the queue may hold more")?;
        } else if self.complete && self.unseen() > 0 {
            write!(
                formatter,
                "\nAbout {} more could not be seen: others hold them, or more than 120,000 would have to be hidden at once",
                self.unseen()
            )?;
        }
        Ok(())
    }
}

fn table(summary: &Summary) -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_BORDERS_ONLY);
    table.set_header([
        "reason",
        "organisation",
        "sandbox",
        "last answer",
        "oldest",
        "count",
    ]);
    for (group, tally) in summary.by_size() {
        let status = group.status.map(|status| status.to_string());
        let oldest = tally.oldest.map(|oldest| format!("{oldest:.0}"));
        table.add_row([
            printable(&group.reason),
            or_dash(group.organisation.as_deref()),
            or_dash(group.sandbox.as_deref()),
            or_dash(status.as_deref().or(group.error.as_deref())),
            or_dash(oldest.as_deref()),
            tally.count.to_string(),
        ]);
    }
    if let Some(count) = table.column_mut(5) {
        count.set_cell_alignment(CellAlignment::Right);
    }
    table
}

fn or_dash(text: Option<&str>) -> String {
    text.map_or_else(|| "-".to_owned(), printable)
}

/// Nothing that a terminal would take for a command, and no more than fits.
fn printable(text: &str) -> String {
    let mut shown = text.replace(char::is_control, "\u{FFFD}");
    if let Some((cut, _)) = shown.char_indices().nth(CELL_MAX_CHARS) {
        shown.truncate(cut);
        shown.push('…');
    }
    shown
}
