import { Button, Content, Heading, InlineAlert } from '@react-spectrum/s2';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };

import { asApiError, type ApiError } from '../api/problem';
import { explained } from '../texts/problems';
import { type Texts, useTexts } from '../texts/texts';

/** Why something could not be shown or done, and what to do. */
export function Failure({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { t } = useTexts();
  const { title, text } = explain(asApiError(error), t);
  const { requestId } = asApiError(error);
  return (
    <InlineAlert variant="negative" autoFocus={false}>
      <Heading level={2}>{title}</Heading>
      <Content>
        {text}
        {requestId && (
          <span className={style({ display: 'block', marginTop: 4, font: 'ui-sm' })}>
            {t('failure.requestId', { id: requestId })}
          </span>
        )}
        {onRetry && (
          <span className={style({ display: 'block', marginTop: 12 })}>
            <Button variant="primary" fillStyle="outline" size="S" onPress={onRetry}>
              {t('retry')}
            </Button>
          </span>
        )}
      </Content>
    </InlineAlert>
  );
}

/** A failure in the administrator's words. */
export function explain(error: ApiError, t: Texts['t']): { title: string; text: string } {
  switch (error.failure) {
    case 'unreachable':
      return { title: t('failure.unreachable.title'), text: t('failure.unreachable.text') };
    case 'unreadable':
      return {
        title: t('failure.unreadable.title'),
        text: t('failure.unreadable.text', { status: String(error.status) }),
      };
    case 'signed-out':
      return { title: t('expired.title'), text: t('expired.kept') };
    case 'throttled':
      return { title: t('failure.throttled.title'), text: t('failure.throttled.text') };
    case 'problem': {
      const known = explained(error);
      return known
        ? { title: t(known.title), text: t(known.text) }
        : { title: error.title, text: error.detail };
    }
  }
}
