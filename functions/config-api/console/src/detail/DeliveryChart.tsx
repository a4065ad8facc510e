import { Picker, PickerItem } from '@react-spectrum/s2';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';

import type { Deliveries, Webhook } from '../api/api';
import { keys, useApp } from '../app';
import { Failure } from '../parts/Failure';
import { Loading } from '../parts/Loading';
import { Section } from '../parts/Section';
import { useTexts } from '../texts/texts';
import { type Bar, bars, ticks } from './chart';

const HOUR_MS = 3_600_000;
const RANGES = [
  { id: '1', key: 'range.hour' },
  { id: '24', key: 'range.day' },
  { id: '168', key: 'range.week' },
] as const;
const POLL_MS = 15_000;
/** Until the room for it is known. */
const FIRST_WIDTH = 960;
const HEIGHT = 200;
const LEFT = 48;
const BOTTOM = 24;

/** Deliveries and failures over time. */
export function DeliveryChart({ webhook }: { webhook: Webhook }) {
  const { sandbox, id } = webhook;
  const { api } = useApp();
  const { t } = useTexts();
  const [hours, setHours] = useState('24');
  const deliveries = useQuery({
    queryKey: [...keys.deliveries(sandbox, id), hours],
    queryFn: async () => {
      const to = new Date();
      const from = new Date(to.getTime() - Number(hours) * HOUR_MS);
      return { from, to, series: await api.deliveries(sandbox, id, from, to) };
    },
    refetchInterval: POLL_MS,
  });
  return (
    <Section
      title={t('chart.title')}
      beside={
        <Picker
          aria-label={t('chart.range')}
          size="S"
          value={hours}
          onChange={(hours) => setHours(String(hours))}
        >
          {RANGES.map(({ id, key }) => (
            <PickerItem key={id} id={id}>
              {t(key)}
            </PickerItem>
          ))}
        </Picker>
      }
    >
      {deliveries.isPending ? (
        <Loading />
      ) : deliveries.data ? (
        <Chart {...deliveries.data} />
      ) : (
        <Failure error={deliveries.error} onRetry={() => void deliveries.refetch()} />
      )}
    </Section>
  );
}

function Chart({ from, to, series }: { from: Date; to: Date; series: Deliveries }) {
  const { t, number } = useTexts();
  const drawn = bars(series, from, to);
  const delivered = drawn.reduce((sum, bar) => sum + bar.delivered, 0);
  const failed = drawn.reduce((sum, bar) => sum + bar.failed, 0);
  const summary = t('chart.summary', { delivered: number(delivered), failed: number(failed) });
  return (
    <>
      <div className={style({ display: 'flex', flexWrap: 'wrap', gap: 24, marginBottom: 12, font: 'ui' })}>
        <Legend color="delivered" text={t('chart.delivered', { count: number(delivered) })} />
        <Legend color="failed" text={t('chart.failed', { count: number(failed) })} />
      </div>
      {delivered + failed === 0 ? (
        <p className={style({ font: 'ui', color: 'neutral-subdued', margin: 0 })}>{t('chart.empty')}</p>
      ) : (
        <Drawing drawn={drawn} from={from} to={to} label={summary} />
      )}
    </>
  );
}

/** The width of an element in pixels, as it changes. */
function useWidth() {
  const frame = useRef<SVGSVGElement>(null);
  const [width, setWidth] = useState(FIRST_WIDTH);
  useEffect(() => {
    if (!frame.current) return;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.max(entry?.contentRect.width ?? 0, 200)));
    observer.observe(frame.current);
    return () => observer.disconnect();
  }, []);
  return [frame, width] as const;
}

const shape = style<{ color: 'delivered' | 'failed' }>({
  fill: { color: { delivered: 'blue-800', failed: 'red-900' } },
});

function Legend({ color, text }: { color: 'delivered' | 'failed'; text: string }) {
  return (
    <span className={style({ display: 'inline-flex', alignItems: 'center', gap: 8 })}>
      <svg width="12" height="12" aria-hidden="true">
        <rect width="12" height="12" rx="3" className={shape({ color })} />
      </svg>
      {text}
    </span>
  );
}

function Drawing({ drawn, from, to, label }: { drawn: Bar[]; from: Date; to: Date; label: string }) {
  const { t, number, dateTime, locale } = useTexts();
  // Drawn at its real size, so that its texts stay readable on a small screen.
  const [frame, width] = useWidth();
  const most = Math.max(...drawn.map((bar) => bar.delivered + bar.failed));
  const scale = ticks(most);
  const top = scale.at(-1) ?? 1;
  const y = (value: number) => HEIGHT - BOTTOM - (value / top) * (HEIGHT - BOTTOM - 12);
  const step = (width - LEFT) / drawn.length;
  const days = to.getTime() - from.getTime() > 36 * HOUR_MS;
  const when = new Intl.DateTimeFormat(
    locale,
    days ? { month: 'short', day: 'numeric' } : { timeStyle: 'short' },
  );
  const text = style({ font: 'ui-xs', fill: 'gray-700' });
  return (
    <svg
      ref={frame}
      viewBox={`0 0 ${width} ${HEIGHT}`}
      role="img"
      aria-label={label}
      className={style({ width: 'full', height: 200, display: 'block', overflow: 'visible' })}
    >
      {scale.map((value) => (
        <g key={value}>
          <line x1={LEFT} x2={width} y1={y(value)} y2={y(value)} className={style({ stroke: 'gray-200' })} />
          <text x={LEFT - 8} y={y(value) + 4} textAnchor="end" className={text}>
            {number(value)}
          </text>
        </g>
      ))}
      {drawn.map((bar, index) => {
        const x = LEFT + index * step;
        const thick = Math.max(step - Math.min(2, step * 0.25), 1);
        return (
          <g key={bar.at}>
            <title>
              {`${dateTime(new Date(bar.at).toISOString())}: ${t('chart.summary', {
                delivered: number(bar.delivered),
                failed: number(bar.failed),
              })}`}
            </title>
            <rect x={x} y={0} width={step} height={HEIGHT - BOTTOM} fill="transparent" />
            <rect
              x={x}
              width={thick}
              y={y(bar.delivered)}
              height={y(0) - y(bar.delivered)}
              className={shape({ color: 'delivered' })}
            />
            <rect
              x={x}
              width={thick}
              y={y(bar.delivered + bar.failed)}
              height={y(bar.delivered) - y(bar.delivered + bar.failed)}
              className={shape({ color: 'failed' })}
            />
          </g>
        );
      })}
      {[0, 0.25, 0.5, 0.75].map((part) => (
        <text key={part} x={LEFT + part * (width - LEFT)} y={HEIGHT - 4} className={text}>
          {when.format(new Date(from.getTime() + part * (to.getTime() - from.getTime())))}
        </text>
      ))}
    </svg>
  );
}
