import { Button, ToastQueue } from '@react-spectrum/s2';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';

import type { Attempt, Webhook } from '../api/api';
import { asApiError } from '../api/problem';
import { keys, useApp, usePermissions } from '../app';
import { ActionDialog } from '../parts/ActionDialog';
import { Code } from '../parts/Code';
import { Exchange } from '../parts/Exchange';
import { Facts } from '../parts/Facts';
import { Failure } from '../parts/Failure';
import { Loading } from '../parts/Loading';
import { failureText } from '../texts/delivery';
import { useTexts } from '../texts/texts';
import { OutcomeBadge } from './Attempts';

/** One attempt: what was sent, secrets masked, what was answered, and sending the event again. */
export function AttemptDialog({
  webhook,
  attemptId,
  onClose,
}: {
  webhook: Webhook;
  attemptId: string;
  onClose: () => void;
}) {
  const { sandbox, id } = webhook;
  const { api } = useApp();
  const { t } = useTexts();
  const { mayChange } = usePermissions();
  const queries = useQueryClient();
  const attempt = useQuery({
    queryKey: [...keys.attempts(sandbox, id), 'one', attemptId],
    queryFn: () => api.attempt(sandbox, id, attemptId),
  });
  const again = useMutation({
    mutationFn: () => api.sendAgain(sandbox, id, attemptId),
    onSuccess: () => {
      ToastQueue.positive(t('sentAgain'), { timeout: 6000 });
      void queries.invalidateQueries({ queryKey: keys.attempts(sandbox, id) });
      onClose();
    },
  });
  const isImpossible = again.error !== null && asApiError(again.error).is('send-again-impossible');
  return (
    <ActionDialog
      title={t('attempt.title')}
      size="L"
      error={isImpossible ? null : again.error}
      closeLabel={t('close')}
      onClose={onClose}
      action={
        <Button
          variant="primary"
          isDisabled={!attempt.data?.canSendAgain || !mayChange}
          isPending={again.isPending}
          onPress={() => again.mutate()}
        >
          {t('sendAgain')}
        </Button>
      }
    >
      {attempt.data ? (
        <AttemptFacts attempt={attempt.data} />
      ) : attempt.isPending ? (
        <Loading />
      ) : (
        <Failure error={attempt.error} onRetry={() => void attempt.refetch()} />
      )}
      {isImpossible && <p className={style({ marginTop: 16 })}>{t('sendAgain.impossible')}</p>}
      {attempt.data && !attempt.data.canSendAgain && (
        <p className={style({ font: 'ui-sm', color: 'neutral-subdued' })}>{t('sendAgain.impossible')}</p>
      )}
    </ActionDialog>
  );
}

function AttemptFacts({ attempt }: { attempt: Attempt }) {
  const { t, language, exactTime, duration } = useTexts();
  return (
    <div className={style({ display: 'flex', flexDirection: 'column', gap: 20 })}>
      <Facts
        facts={[
          [t('attempt.outcome'), <OutcomeBadge key="outcome" outcome={attempt.outcome} />],
          [t('attempt.at'), exactTime(attempt.at)],
          [t('attempt.http'), attempt.httpStatus ?? (attempt.error && failureText(attempt.error, language))],
          [t('attempt.duration'), duration(attempt.durationMs)],
          [t('attempt.number'), String(attempt.attempt)],
          [t('attempt.version'), String(attempt.webhookVersion)],
          [t('attempt.event'), attempt.eventId],
          [t('attempt.status'), attempt.feedbackStatus],
          [t('attempt.channel'), attempt.channel],
          [t('attempt.campaign'), attempt.campaignId],
          [t('attempt.requestId'), attempt.requestId],
        ]}
      />
      {attempt.request && (
        <Exchange title={t('request')} headers={attempt.request.headers} body={attempt.request.body ?? null}>
          <Code text={`POST ${attempt.request.url}`} label={t('request.line')} />
        </Exchange>
      )}
      {attempt.answer && (
        <Exchange
          title={t('answer.with', { status: String(attempt.answer.status) })}
          headers={[]}
          body={attempt.answer.bodyExcerpt ?? ''}
        />
      )}
    </div>
  );
}
