//! Shows how far a run is, on standard error: a bar on a terminal, now and then a line elsewhere.

use std::{
    cell::Cell,
    io::{IsTerminal, Write, stderr},
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Messages between two lines where there is no terminal: some seconds of work.
const LINE_EVERY: usize = 5_000;

/// The bar or the lines.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    next_line: Cell<usize>,
}

impl Progress {
    /// Shows progress towards `expected` messages.
    pub fn new(expected: usize) -> Self {
        let target = if stderr().is_terminal() {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(u64::try_from(expected).ok(), target);
        let template = "{wide_bar} {pos} of about {len} looked at{msg} {elapsed}";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Self {
            bar,
            next_line: Cell::new(LINE_EVERY),
        }
    }

    /// So many were looked at until now, and moved, if any are to be.
    pub fn show(&self, looked_at: usize, moved: Option<usize>) {
        let moved = moved.map_or_else(String::new, |moved| format!(", {moved} moved"));
        let position = u64::try_from(looked_at).unwrap_or(u64::MAX);
        // The length is approximate, and a bar that passes its end looks broken.
        self.bar
            .set_length(self.bar.length().unwrap_or(0).max(position));
        self.bar.set_position(position);
        if self.bar.is_hidden() && looked_at >= self.next_line.get() {
            self.line(&format!("{looked_at} looked at{moved}"));
            self.next_line.set(looked_at + LINE_EVERY);
        }
        self.bar.set_message(moved);
    }

    /// Prints a line that stays, without anything that a terminal would take for a command.
    pub fn line(&self, text: &str) {
        let text = text.replace(char::is_control, "\u{FFFD}");
        self.bar.suspend(|| {
            // Where nobody can read it any more, there is nobody to tell.
            let _ = writeln!(stderr(), "{text}");
        });
    }

    /// Removes the bar.
    pub fn end(&self) {
        self.bar.finish_and_clear();
    }
}
