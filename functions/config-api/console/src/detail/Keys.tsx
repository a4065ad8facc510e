import { AlertDialog, Badge, Button, ButtonGroup, DialogContainer, ToastQueue } from '@react-spectrum/s2';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import type { PublicKeyState, Versioned } from '../api/api';
import { asApiError } from '../api/problem';
import { keys, useApp, usePermissions } from '../app';
import { Code } from '../parts/Code';
import { type Column, DataTable } from '../parts/DataTable';
import { Failure } from '../parts/Failure';
import { Section } from '../parts/Section';
import { Time } from '../parts/Time';
import { type PlainKey, useTexts } from '../texts/texts';
import { NextKeyDialog } from './NextKeyDialog';

/** How long endpoints may cache the public keys: as the API's `Cache-Control` says. */
const KEYS_CACHED_MS = 5 * 60_000;

const STATES: Record<
  PublicKeyState['state'],
  { text: PlainKey; variant: 'positive' | 'informative' | 'neutral' }
> = {
  signing: { text: 'keys.signing', variant: 'positive' },
  next: { text: 'keys.next', variant: 'informative' },
  retired: { text: 'keys.retired', variant: 'neutral' },
};

type Change = 'activate' | 'withdraw';

/** The key pairs of a webhook's tokens: which one signs, and how the next one takes its place without a gap. */
export function Keys({
  versioned,
  published,
  address,
}: {
  versioned: Versioned;
  published: PublicKeyState[];
  address: string;
}) {
  const { t } = useTexts();
  const { mayChange } = usePermissions();
  const [asked, setAsked] = useState<Change | 'publish' | null>(null);
  const change = useKeyChange(versioned);
  const next = published.find((key) => key.state === 'next');
  const columns: Column<PublicKeyState>[] = [
    {
      id: 'id',
      label: t('keys.id'),
      isRowHeader: true,
      cell: (key) => (
        <span className={style({ font: 'code-sm', overflowWrap: 'anywhere' })}>{key.keyId}</span>
      ),
    },
    { id: 'state', label: t('keys.state'), cell: (key) => <State state={key.state} /> },
    { id: 'published', label: t('keys.published'), cell: (key) => <Time iso={key.publishedAt} /> },
    {
      id: 'until',
      label: t('keys.until'),
      cell: (key) => (key.publishedUntil ? <Time iso={key.publishedUntil} absolute /> : '–'),
    },
  ];
  return (
    <Section title={t('keys.title')} about={t('keys.about')}>
      <div className={style({ display: 'flex', flexDirection: 'column', gap: 16 })}>
        <Code text={new URL(address, window.location.origin).href} label={t('jwt.publicKeys')} />
        <DataTable label={t('keys.title')} columns={columns} rows={published} rowKey={(key) => key.keyId} />
        {change.error && <Failure error={change.error} />}
        <ButtonGroup>
          {next ? (
            <>
              <Button
                variant="primary"
                isDisabled={!mayChange}
                isPending={change.isPending && change.variables === 'activate'}
                onPress={() => setAsked('activate')}
              >
                {t('keys.activate')}
              </Button>
              <Button
                variant="secondary"
                isDisabled={!mayChange}
                isPending={change.isPending && change.variables === 'withdraw'}
                onPress={() => setAsked('withdraw')}
              >
                {t('keys.withdraw')}
              </Button>
            </>
          ) : (
            <Button variant="secondary" isDisabled={!mayChange} onPress={() => setAsked('publish')}>
              {t('keys.publish')}
            </Button>
          )}
        </ButtonGroup>
      </div>
      {asked === 'publish' && <NextKeyDialog versioned={versioned} onClose={() => setAsked(null)} />}
      <DialogContainer onDismiss={() => setAsked(null)}>
        {next && (asked === 'activate' || asked === 'withdraw') && (
          <Question change={asked} publishedAt={next.publishedAt} onConfirm={() => change.mutate(asked)} />
        )}
      </DialogContainer>
    </Section>
  );
}

function State({ state }: { state: PublicKeyState['state'] }) {
  const { t } = useTexts();
  const known = STATES[state];
  return (
    <Badge size="S" fillStyle="subtle" variant={known?.variant ?? 'neutral'}>
      {known ? t(known.text) : state}
    </Badge>
  );
}

function Question({
  change,
  publishedAt,
  onConfirm,
}: {
  change: Change;
  publishedAt: string;
  onConfirm: () => void;
}) {
  const { t, dateTime } = useTexts();
  const known = Date.parse(publishedAt) + KEYS_CACHED_MS;
  const isEarly = change === 'activate' && Date.now() < known;
  return (
    <AlertDialog
      variant={change === 'withdraw' ? 'destructive' : isEarly ? 'warning' : 'confirmation'}
      title={t(`keys.${change}.title`)}
      primaryActionLabel={t(`keys.${change}`)}
      cancelLabel={t('cancel')}
      onPrimaryAction={onConfirm}
    >
      {t(`keys.${change}.text`)}
      {isEarly && (
        <span className={style({ display: 'block', marginTop: 12 })}>
          {t('keys.activate.early', { time: dateTime(new Date(known).toISOString()) })}
        </span>
      )}
    </AlertDialog>
  );
}

const DONE = { activate: 'keys.activated', withdraw: 'keys.withdrawn' } as const;

/** Lets the next key sign, or takes it back. */
function useKeyChange({ webhook, etag }: Versioned) {
  const { sandbox, id } = webhook;
  const { api } = useApp();
  const { t } = useTexts();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (change: Change) =>
      change === 'activate' ? api.activateNextKey(sandbox, id, etag) : api.withdrawNextKey(sandbox, id, etag),
    onSuccess: (changed, change) => {
      queries.setQueryData(keys.webhook(sandbox, id), changed);
      ToastQueue.positive(t(DONE[change]), { timeout: 6000 });
    },
    // What the page shows is not what the API has; the next try begins with that.
    onError: (error) => {
      if ([404, 409, 412].includes(asApiError(error).status))
        void queries.invalidateQueries({ queryKey: keys.webhook(sandbox, id) });
    },
  });
}
