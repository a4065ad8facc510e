import type { Deliveries } from '../api/api';

/** Deliveries of one span of time. */
export interface Bar {
  /** When the span begins, in milliseconds since 1970. */
  at: number;
  delivered: number;
  failed: number;
}

/** More bars than this are too thin to see. */
const MOST_BARS = 96;

/** The series as bars of equal spans without gaps. Spans are joined where there are too many. */
export function bars(series: Deliveries, from: Date, to: Date): Bar[] {
  const resolution = series.resolutionSeconds * 1000;
  const spans = Math.max(Math.ceil((to.getTime() - from.getTime()) / resolution), 1);
  const span = Math.ceil(spans / MOST_BARS) * resolution;
  const first = Math.floor(from.getTime() / span) * span;
  const count = Math.max(Math.ceil((to.getTime() - first) / span), 1);
  const result = Array.from({ length: count }, (_, index) => ({
    at: first + index * span,
    delivered: 0,
    failed: 0,
  }));
  for (const item of series.items) {
    const bar = result[Math.floor((Date.parse(item.at) - first) / span)];
    if (!bar) continue;
    bar.delivered += item.delivered;
    bar.failed += item.failed;
  }
  return result;
}

/** Round numbers from zero up to at least `most`, at most five. */
export function ticks(most: number): number[] {
  const rough = Math.max(most, 1) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(
    [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= rough) ?? power,
    1,
  );
  return Array.from({ length: Math.ceil(Math.max(most, 1) / step) + 1 }, (_, index) => index * step);
}
