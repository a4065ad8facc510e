import { ActionButton, Badge, Button, Picker, PickerItem } from '@react-spectrum/s2';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import Refresh from '@react-spectrum/s2/icons/Refresh';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useSearchParams } from 'react-router';

import type { Attempt, Webhook } from '../api/api';
import { keys, useApp } from '../app';
import { type Column, DataTable } from '../parts/DataTable';
import { Failure } from '../parts/Failure';
import { Loading } from '../parts/Loading';
import { Time } from '../parts/Time';
import { failureText } from '../texts/delivery';
import { type PlainKey, useTexts } from '../texts/texts';
import { AttemptDialog } from './AttemptDialog';

const POLL_MS = 10_000;
const OUTCOMES_TO_CHOOSE = ['delivered', 'failed'] as const;

const OUTCOMES: Record<Attempt['outcome'], { text: PlainKey; variant: 'positive' | 'notice' | 'negative' }> =
  {
    delivered: { text: 'outcome.delivered', variant: 'positive' },
    'try-later': { text: 'outcome.tryLater', variant: 'notice' },
    'given-up': { text: 'outcome.givenUp', variant: 'negative' },
  };

export function OutcomeBadge({ outcome }: { outcome: Attempt['outcome'] }) {
  const { t } = useTexts();
  const known = OUTCOMES[outcome];
  return (
    <Badge size="S" fillStyle="subtle" variant={known?.variant ?? 'neutral'}>
      {known ? t(known.text) : outcome}
    </Badge>
  );
}

/** Recent attempts, newest first. */
export default function Attempts({ webhook }: { webhook: Webhook }) {
  const { sandbox, id } = webhook;
  const { api } = useApp();
  const { t, language, duration } = useTexts();
  const [query, setQuery] = useSearchParams();
  const outcome = OUTCOMES_TO_CHOOSE.find((each) => each === query.get('outcome'));
  const [opened, setOpened] = useState<string | null>(null);
  const attempts = useInfiniteQuery({
    queryKey: [...keys.attempts(sandbox, id), outcome],
    queryFn: ({ pageParam }) => api.attempts(sandbox, id, outcome, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page._page.next ?? undefined,
    refetchInterval: POLL_MS,
  });
  const rows = attempts.data?.pages.flatMap((page) => page.items) ?? [];
  const columns: Column<Attempt>[] = [
    {
      id: 'at',
      label: t('attempt.at'),
      isRowHeader: true,
      cell: (attempt) => (
        <ActionButton size="S" isQuiet onPress={() => setOpened(attempt.id)}>
          <Time iso={attempt.at} />
        </ActionButton>
      ),
    },
    { id: 'event', label: t('attempt.event'), cell: (attempt) => <Mono text={attempt.eventId} /> },
    { id: 'status', label: t('attempt.status'), cell: (attempt) => attempt.feedbackStatus ?? '–' },
    {
      id: 'outcome',
      label: t('attempt.outcome'),
      cell: (attempt) => <OutcomeBadge outcome={attempt.outcome} />,
    },
    {
      id: 'http',
      label: t('attempt.http'),
      cell: (attempt) => attempt.httpStatus ?? (attempt.error ? failureText(attempt.error, language) : '–'),
    },
    {
      id: 'duration',
      label: t('attempt.duration'),
      align: 'end',
      cell: (attempt) => duration(attempt.durationMs),
    },
    { id: 'number', label: t('attempt.number'), align: 'end', cell: (attempt) => String(attempt.attempt) },
    {
      id: 'version',
      label: t('attempt.version'),
      align: 'end',
      cell: (attempt) => String(attempt.webhookVersion),
    },
  ];
  return (
    <div className={style({ paddingTop: 16 })}>
      <div
        className={style({ display: 'flex', flexWrap: 'wrap', gap: 16, alignItems: 'end', marginBottom: 16 })}
      >
        <Picker
          label={t('attempt.outcome')}
          value={outcome ?? 'any'}
          onChange={(key) =>
            setQuery(
              { tab: 'attempts', ...(key === 'any' ? {} : { outcome: String(key) }) },
              { replace: true },
            )
          }
        >
          <PickerItem id="any">{t('all')}</PickerItem>
          <PickerItem id="delivered">{t('outcome.delivered')}</PickerItem>
          <PickerItem id="failed">{t('outcome.failed')}</PickerItem>
        </Picker>
        <ActionButton
          isQuiet
          aria-label={t('refresh')}
          onPress={() => void attempts.refetch()}
          isPending={attempts.isRefetching && !attempts.isFetchingNextPage}
        >
          <Refresh />
        </ActionButton>
        <p className={style({ font: 'ui-sm', color: 'neutral-subdued', marginY: 8 })}>{t('attempts.kept')}</p>
      </div>
      {attempts.isPending ? (
        <Loading />
      ) : attempts.isError && !attempts.data ? (
        <Failure error={attempts.error} onRetry={() => void attempts.refetch()} />
      ) : rows.length === 0 ? (
        <p className={style({ font: 'body', color: 'neutral-subdued' })}>
          {t(outcome ? 'attempts.noMatch' : 'attempts.none')}
        </p>
      ) : (
        <>
          <DataTable
            label={t('tab.attempts')}
            columns={columns}
            rows={rows}
            rowKey={(attempt) => attempt.id}
          />
          {attempts.hasNextPage && (
            <div className={style({ display: 'grid', placeItems: 'center', marginTop: 16 })}>
              <Button
                variant="secondary"
                onPress={() => void attempts.fetchNextPage()}
                isPending={attempts.isFetchingNextPage}
              >
                {t('more')}
              </Button>
            </div>
          )}
        </>
      )}
      {opened && <AttemptDialog webhook={webhook} attemptId={opened} onClose={() => setOpened(null)} />}
    </div>
  );
}

function Mono({ text }: { text: string }) {
  return <span className={style({ font: 'code-xs', overflowWrap: 'anywhere' })}>{text}</span>;
}
