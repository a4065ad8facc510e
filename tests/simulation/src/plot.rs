//! A line chart as SVG: time to the right, a logarithmic scale upwards. It draws what it is given and computes nothing
//! of the model; benchmarks use it, too.

use std::fmt::Write;

/// One line of a chart.
#[derive(Debug)]
pub struct Line<'a> {
    /// What the legend says.
    pub label: &'a str,
    /// Times and values; a logarithmic scale has no place for values that are not positive, so they are left out.
    pub points: Vec<(f64, f64)>,
}

/// What a chart shows besides its lines.
#[derive(Debug)]
pub struct Chart<'a> {
    /// Above it.
    pub title: &'a str,
    /// The ends of the time axis.
    pub times: (f64, f64),
    /// The time between two marks.
    pub time_step: f64,
    /// What the time axis is.
    pub time_axis: &'a str,
    /// The ends of the value axis: powers of ten.
    pub decades: (i32, i32),
    /// How a power of ten is written.
    pub tick: fn(f64) -> String,
    /// A time with a shade: from, to.
    pub shaded: (f64, f64),
    /// A value with a dashed line and what it is.
    pub limit: Option<(f64, &'a str)>,
}

const WIDTH: f64 = 860.0;
const HEIGHT: f64 = 380.0;
const LEFT: f64 = 80.0;
const RIGHT: f64 = 680.0;
const TOP: f64 = 40.0;
const BOTTOM: f64 = 330.0;
/// Okabe and Ito's colours, which people of every colour vision can tell apart.
const COLOURS: [&str; 7] = [
    "#000000", "#d55e00", "#0072b2", "#cc79a7", "#e69f00", "#009e73", "#56b4e9",
];

impl Chart<'_> {
    /// The chart with its lines.
    pub fn svg(&self, lines: &[Line<'_>]) -> String {
        self.svg_with_times(lines, |time| time.to_string())
    }

    /// The same, where the marks of the time axis are not written as they are: of a logarithm, for example.
    pub fn svg_with_times(&self, lines: &[Line<'_>], write_time: fn(f64) -> String) -> String {
        let mut body = String::new();
        self.frame(&mut body, write_time);
        for (index, line) in lines.iter().enumerate() {
            let colour = COLOURS[index % COLOURS.len()];
            // Where two lines coincide, the dashes of the second let the first be seen.
            let dashes = if index % 2 == 0 { "none" } else { "8 6" };
            let points: Vec<String> = line
                .points
                .iter()
                .filter(|(time, value)| {
                    (self.times.0..=self.times.1).contains(time) && *value > 0.0
                })
                .map(|(time, value)| format!("{:.1},{:.1}", self.x(*time), self.y(*value)))
                .collect();
            let y = TOP + 14.0 + index as f64 * 20.0;
            let (start, end, text) = (RIGHT + 15.0, RIGHT + 45.0, RIGHT + 52.0);
            element(
                &mut body,
                format_args!(
                    r#"<polyline fill="none" stroke="{colour}" stroke-width="1.8" stroke-dasharray="{dashes}" points="{}"/>"#,
                    points.join(" ")
                ),
            );
            element(
                &mut body,
                format_args!(
                    r#"<path d="M{start} {y}H{end}" stroke="{colour}" stroke-width="3" stroke-dasharray="{dashes}"/>"#
                ),
            );
            element(
                &mut body,
                format_args!(r#"<text x="{text}" y="{}">{}</text>"#, y + 4.0, line.label),
            );
        }
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
             font-family=\"sans-serif\" font-size=\"12\">\n\
             <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#ffffff\"/>\n{body}</svg>\n"
        )
    }

    fn frame(&self, body: &mut String, write_time: fn(f64) -> String) {
        let (from, to) = (self.x(self.shaded.0), self.x(self.shaded.1));
        element(
            body,
            format_args!(
                r##"<rect x="{from:.1}" y="{TOP}" width="{:.1}" height="{}" fill="#f0e6e0"/>"##,
                to - from,
                BOTTOM - TOP
            ),
        );
        element(
            body,
            format_args!(
                r#"<text x="{LEFT}" y="24" font-size="15" font-weight="bold">{}</text>"#,
                self.title
            ),
        );
        for decade in self.decades.0..=self.decades.1 {
            let value = 10_f64.powi(decade);
            let y = self.y(value);
            element(
                body,
                format_args!(r##"<path d="M{LEFT} {y:.1}H{RIGHT}" stroke="#cccccc"/>"##),
            );
            element(
                body,
                format_args!(
                    r#"<text x="{}" y="{:.1}" text-anchor="end">{}</text>"#,
                    LEFT - 6.0,
                    y + 4.0,
                    (self.tick)(value)
                ),
            );
        }
        let step = self.time_step;
        // Adding zero turns a negative zero into a positive one.
        let mut time = (self.times.0 / step).ceil() * step + 0.0;
        while time <= self.times.1 {
            let x = self.x(time);
            element(
                body,
                format_args!(r##"<path d="M{x:.1} {BOTTOM}v5" stroke="#666666"/>"##),
            );
            element(
                body,
                format_args!(
                    r#"<text x="{x:.1}" y="{}" text-anchor="middle">{}</text>"#,
                    BOTTOM + 20.0,
                    write_time(time)
                ),
            );
            time += step;
        }
        element(
            body,
            format_args!(
                r#"<text x="{}" y="{}" text-anchor="middle">{}</text>"#,
                f64::midpoint(LEFT, RIGHT),
                BOTTOM + 40.0,
                self.time_axis
            ),
        );
        element(
            body,
            format_args!(
                r##"<path d="M{LEFT} {TOP}V{BOTTOM}H{RIGHT}" fill="none" stroke="#666666"/>"##
            ),
        );
        if let Some((value, label)) = self.limit {
            let y = self.y(value);
            element(
                body,
                format_args!(
                    r##"<path d="M{LEFT} {y:.1}H{RIGHT}" stroke="#aa0000" stroke-dasharray="6 4"/>"##
                ),
            );
            element(
                body,
                format_args!(
                    r##"<text x="{}" y="{:.1}" text-anchor="end" fill="#aa0000">{label}</text>"##,
                    RIGHT - 4.0,
                    y - 5.0
                ),
            );
        }
    }

    fn x(&self, time: f64) -> f64 {
        let (from, to) = self.times;
        LEFT + (time - from) / (to - from) * (RIGHT - LEFT)
    }

    fn y(&self, value: f64) -> f64 {
        let (low, high) = (f64::from(self.decades.0), f64::from(self.decades.1));
        let decade = value.max(f64::MIN_POSITIVE).log10().clamp(low, high);
        BOTTOM - (decade - low) / (high - low) * (BOTTOM - TOP)
    }
}

fn element(body: &mut String, element: std::fmt::Arguments<'_>) {
    writeln!(body, "{element}").expect("a string takes everything");
}
