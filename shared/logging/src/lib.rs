//! Log lines: one JSON object each, as CloudWatch Logs reads them.
//!
//! `{"timestamp": …, "level": …, "message": …, (fields of the event), "target": …, "span": {"name": …, (its fields)}}`
//!
//! The fields of a span are written once, when it begins, and stand in each of its lines as they were written.
//! `tracing-subscriber`'s own format parses them anew for each line, which took as long as formatting five payloads.

mod lines;

use std::fmt::{self, Write};

use jiff::Timestamp;
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    field::RecordFields,
    fmt::{FmtContext, FormatEvent, FormatFields, FormattedFields, format::Writer},
    registry::LookupSpan,
};

pub use lines::Lines;

/// The form of a line.
#[derive(Debug, Clone, Copy, Default)]
pub struct JsonLine;

impl<S, N> FormatEvent<S, N> for JsonLine
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        #[expect(
            clippy::disallowed_methods,
            reason = "a line has the time at which it is written"
        )]
        let now = Timestamp::now();
        let metadata = event.metadata();
        writer.write_str(r#"{"timestamp":""#)?;
        write!(writer, "{now:.6}")?;
        write!(writer, r#"","level":"{}""#, metadata.level())?;
        context.format_fields(writer.by_ref(), event)?;
        member(&mut writer, "target", metadata.target())?;
        if let Some(span) = context.lookup_current() {
            writer.write_str(r#","span":{"name":"#)?;
            text(&mut writer, span.name())?;
            if let Some(fields) = span.extensions().get::<FormattedFields<N>>() {
                writer.write_str(fields)?;
            }
            writer.write_char('}')?;
        }
        writer.write_str("}\n")
    }
}

/// The form of the fields of an event or span: members of an object, each after a comma.
#[derive(Debug, Clone, Copy, Default)]
pub struct JsonMembers;

impl<'w> FormatFields<'w> for JsonMembers {
    fn format_fields<R: RecordFields>(&self, writer: Writer<'w>, fields: R) -> fmt::Result {
        let mut members = Members {
            writer,
            result: Ok(()),
        };
        fields.record(&mut members);
        members.result
    }
}

struct Members<'w> {
    writer: Writer<'w>,
    result: fmt::Result,
}

impl Members<'_> {
    fn add(&mut self, field: &Field, value: impl FnOnce(&mut Writer<'_>) -> fmt::Result) {
        self.result = self.result.and_then(|()| {
            self.writer.write_char(',')?;
            text(&mut self.writer, field.name())?;
            self.writer.write_char(':')?;
            value(&mut self.writer)
        });
    }
}

impl Visit for Members<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.add(field, |writer| quoted(writer, format_args!("{value:?}")));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.add(field, |writer| text(writer, value));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.add(field, |writer| write!(writer, "{value}"));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.add(field, |writer| write!(writer, "{value}"));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.add(field, |writer| write!(writer, "{value}"));
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        // JSON has no other numbers.
        let value = Some(value).filter(|value| value.is_finite());
        self.add(field, |writer| match value {
            Some(value) => write!(writer, "{value}"),
            None => writer.write_str("null"),
        });
    }
}

fn member(writer: &mut Writer<'_>, name: &str, value: &str) -> fmt::Result {
    writer.write_char(',')?;
    text(writer, name)?;
    writer.write_char(':')?;
    text(writer, value)
}

fn text(writer: &mut Writer<'_>, value: &str) -> fmt::Result {
    writer.write_char('"')?;
    Escaped(writer).write_str(value)?;
    writer.write_char('"')
}

fn quoted(writer: &mut Writer<'_>, value: fmt::Arguments<'_>) -> fmt::Result {
    writer.write_char('"')?;
    Escaped(writer).write_fmt(value)?;
    writer.write_char('"')
}

/// Writes what a JSON string has of a text (RFC 8259 section 7).
struct Escaped<'w, 'b>(&'w mut Writer<'b>);

impl Write for Escaped<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let is_special = |byte| byte < b' ' || byte == b'"' || byte == b'\\';
        // Most texts have none. Without a way out, the loop looks at many bytes at once.
        if !text.bytes().fold(false, |any, byte| any | is_special(byte)) {
            return self.0.write_str(text);
        }
        let mut rest = text;
        // All of them are ASCII, so no character is split.
        while let Some(at) = rest.bytes().position(is_special) {
            let (plain, escaped) = rest.split_at(at);
            self.0.write_str(plain)?;
            let (special, after) = escaped.split_at(1);
            match special {
                "\"" => self.0.write_str("\\\"")?,
                "\\" => self.0.write_str("\\\\")?,
                "\n" => self.0.write_str("\\n")?,
                control => {
                    let code = control.bytes().next().unwrap_or_default();
                    write!(self.0, "\\u{code:04x}")?;
                }
            }
            rest = after;
        }
        self.0.write_str(rest)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::{Value, json};

    use super::*;

    /// The lines that are logged meanwhile.
    fn logged(log: impl FnOnce()) -> Vec<Value> {
        let lines = Arc::new(Lines::default());
        let subscriber = tracing_subscriber::fmt()
            .event_format(JsonLine)
            .fmt_fields(JsonMembers)
            .with_writer(Arc::clone(&lines))
            .finish();
        tracing::subscriber::with_default(subscriber, log);
        let text = String::from_utf8(lines.take()).unwrap();
        let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
        let mut lines: Vec<Value> = lines.collect();
        for line in &mut lines {
            let timestamp = line.as_object_mut().unwrap().remove("timestamp").unwrap();
            assert!(timestamp.as_str().unwrap().ends_with('Z'), "{timestamp}");
        }
        lines
    }

    #[test]
    fn a_line_has_the_fields_of_its_event_and_of_the_span_around_it() {
        let lines = logged(|| {
            let none: Option<&str> = None;
            let span = tracing::info_span!("outer", id = "a\"b", count = 3, none);
            let _inside = span.enter();
            tracing::warn!(http.status = 500_u16, ok = false, share = 0.5, missing = f64::NAN, shown = ?Some(1), none, "it {}", "failed");
        });
        assert_eq!(
            lines,
            [json!({
                "level": "WARN", "message": "it failed", "http.status": 500, "ok": false, "share": 0.5, "missing": null,
                "shown": "Some(1)", "target": "logging::tests",
                "span": {"name": "outer", "id": "a\"b", "count": 3},
            })]
        );
    }

    #[test]
    fn no_text_breaks_a_line() {
        let text = (0..0x300_u32)
            .filter_map(char::from_u32)
            .collect::<String>()
            + "\u{2028}😀";
        let lines = logged(|| tracing::info!(text, "{text}"));
        assert_eq!(
            lines,
            [json!({"level": "INFO", "message": text, "text": text, "target": "logging::tests"})]
        );
    }
}
