import { Content, Heading, InlineAlert, Link } from '@react-spectrum/s2';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };

import type { Health, HealthState, Webhook } from '../api/api';
import { pathOf } from '../inventory/choose';
import { failureText } from '../texts/delivery';
import { type PlainKey, useTexts } from '../texts/texts';

const NOTICES: Partial<
  Record<HealthState, { title: PlainKey; text: PlainKey; variant: 'negative' | 'neutral' }>
> = {
  open: { title: 'notice.open.title', text: 'notice.open.text', variant: 'negative' },
  gone: { title: 'notice.gone.title', text: 'notice.gone.text', variant: 'negative' },
  paused: { title: 'notice.paused.title', text: 'notice.paused.text', variant: 'neutral' },
};

/** What an unwell endpoint means for its events, why, and what to do. */
export function HealthNotice({ webhook, health }: { webhook: Webhook; health: Health }) {
  const { t, language, dateTime } = useTexts();
  const notice = NOTICES[health.state];
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
                : t('notice.lastError', { error: failureText(health.lastError ?? '', language) })}
            </span>
          )}
          {health.nextProbeAt && (
            <span className={style({ display: 'block', marginTop: 4 })}>
              {t('notice.nextProbe', { time: dateTime(health.nextProbeAt) })}
            </span>
          )}
          {(health.state === 'open' || health.state === 'gone') && (
            <span className={style({ display: 'block', marginTop: 4 })}>
              <Link href={`${pathOf(webhook)}?tab=attempts&outcome=failed`}>{t('notice.failures')}</Link>
            </span>
          )}
        </Content>
      </InlineAlert>
    </div>
  );
}
