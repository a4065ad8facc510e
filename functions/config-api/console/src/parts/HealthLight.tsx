import { StatusLight } from '@react-spectrum/s2';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };

import type { HealthState } from '../api/api';
import { type PlainKey, useTexts } from '../texts/texts';

const VARIANTS = {
  healthy: 'positive',
  open: 'negative',
  gone: 'negative',
  paused: 'neutral',
} as const;

const TEXTS: Record<HealthState, PlainKey> = {
  healthy: 'health.healthy',
  open: 'health.open',
  gone: 'health.gone',
  paused: 'health.paused',
};

export const HEALTH_STATES = Object.keys(TEXTS) as HealthState[];

export function useHealthText(): (state: HealthState) => string {
  const { t } = useTexts();
  return (state) => (state in TEXTS ? t(TEXTS[state]) : state);
}

/** The state of an endpoint, and since when it is unwell. */
export function HealthLight({ state, since }: { state: HealthState; since?: string | null }) {
  const { t, dateTime, exactTime } = useTexts();
  const text = useHealthText()(state);
  return (
    <span className={style({ display: 'inline-block' })}>
      <StatusLight variant={VARIANTS[state] ?? 'neutral'} size="S">
        {text}
      </StatusLight>
      {since && state !== 'healthy' && (
        <time
          dateTime={since}
          title={exactTime(since)}
          className={style({ display: 'block', font: 'ui-sm', color: 'neutral-subdued' })}
        >
          {t('health.since', { time: dateTime(since) })}
        </time>
      )}
    </span>
  );
}
