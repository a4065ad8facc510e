import { Content, Heading, InlineAlert } from '@react-spectrum/s2';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };

import type { HealthState } from '../api/announced';
import type { Health } from '../api/api';
import { type PlainKey, useTexts } from '../texts/texts';

const NOTICES: Partial<
  Record<HealthState, { title: PlainKey; text: PlainKey; variant: 'notice' | 'negative' | 'neutral' }>
> = {
  failing: { title: 'notice.failing.title', text: 'notice.failing.text', variant: 'notice' },
  open: { title: 'notice.open.title', text: 'notice.open.text', variant: 'negative' },
  gone: { title: 'notice.gone.title', text: 'notice.gone.text', variant: 'negative' },
  paused: { title: 'notice.paused.title', text: 'notice.paused.text', variant: 'neutral' },
};

/** What an unwell endpoint means for its events, why, and what to do. */
export function HealthNotice({ health }: { health: Health }) {
  const { t, dateTime } = useTexts();
  const notice = NOTICES[health.state as HealthState];
  if (!notice) return null;
  return (
    <div className={style({ marginBottom: 24 })}>
      <InlineAlert variant={notice.variant}>
        <Heading level={2}>{t(notice.title)}</Heading>
        <Content>
          {t(notice.text)}
          {(health.lastStatus || health.lastError) && (
            <span className={style({ display: 'block', marginTop: 4 })}>
              {health.lastStatus
                ? t('notice.lastStatus', { status: String(health.lastStatus) })
                : t('notice.lastError', { error: health.lastError ?? '' })}
            </span>
          )}
          {health.nextProbeAt && (
            <span className={style({ display: 'block', marginTop: 4 })}>
              {t('notice.nextProbe', { time: dateTime(health.nextProbeAt) })}
            </span>
          )}
        </Content>
      </InlineAlert>
    </div>
  );
}
