//! Lines on their way to standard output, written together.

use std::{
    io::{self, Write, stdout},
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Bytes that are written at once, at the latest when there are so many.
const TOGETHER_BYTES: usize = 16 * 1_024;

/// Keeps lines until [`Lines::write_out`], which whoever has a runtime calls whenever there is nothing else to do. A line of
/// each event would otherwise be a call of the operating system.
#[derive(Debug, Default)]
pub struct Lines(Mutex<Vec<u8>>);

impl Lines {
    /// Writes the lines to standard output. Where nobody reads that, they are lost.
    pub fn write_out(&self) {
        let mut lines = self.lock();
        if !lines.is_empty() {
            let _ = stdout().write_all(&lines);
            lines.clear();
        }
    }

    /// The lines, which then nobody else writes.
    pub fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, Vec<u8>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Write for &Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut lines = self.lock();
        lines.extend_from_slice(bytes);
        let is_much = lines.len() >= TOGETHER_BYTES;
        drop(lines);
        if is_much {
            self.write_out();
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
