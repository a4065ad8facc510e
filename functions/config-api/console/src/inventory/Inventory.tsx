import {
  ActionButton,
  Button,
  ButtonGroup,
  Content,
  Heading,
  IllustratedMessage,
  InlineAlert,
  Link,
  LinkButton,
  Picker,
  PickerItem,
  SearchField,
} from '@react-spectrum/s2';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import Refresh from '@react-spectrum/s2/icons/Refresh';
import { useQueries, useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useSearchParams } from 'react-router';

import type { HealthState } from '../api/announced';
import type { Channel, Webhook } from '../api/api';
import { keys, useApp, usePermissions } from '../app';
import { Breakable } from '../parts/Breakable';
import { type Column, DataTable, type Sorting } from '../parts/DataTable';
import { Failure } from '../parts/Failure';
import { HEALTH_STATES, HealthLight, useHealthText } from '../parts/HealthLight';
import { Loading } from '../parts/Loading';
import { SandboxPicker } from '../parts/SandboxPicker';
import { Time } from '../parts/Time';
import { ViewOnly } from '../parts/ViewOnly';
import { useAuthenticationName, useChannelName } from '../parts/names';
import { PageHeader } from '../shell/PageHeader';
import { useSandbox } from '../shell/sandbox';
import { useTexts } from '../texts/texts';
import { choose, type Filter, hostOf, pathOf } from './choose';

const POLL_MS = 30_000;

/** All webhooks of the organisation, one for each sandbox. */
export function Component() {
  const { api } = useApp();
  const { t } = useTexts();
  const [sandbox, setSandbox] = useSandbox();
  const { mayChange } = usePermissions();
  const webhooks = useQuery({
    queryKey: keys.webhooks,
    queryFn: () => api.webhooks(),
    refetchInterval: POLL_MS,
  });
  const existing = webhooks.data?.find((webhook) => webhook.sandbox === sandbox);
  const isEmpty = webhooks.data?.length === 0;
  return (
    <>
      <PageHeader
        title={t('inventory.title')}
        crumbs={[]}
        actions={
          !isEmpty && (
            <>
              <ActionButton
                isQuiet
                aria-label={t('refresh')}
                onPress={() => void webhooks.refetch()}
                isPending={webhooks.isRefetching}
              >
                <Refresh />
              </ActionButton>
              {webhooks.data && !existing && <CreateButton sandbox={sandbox} isDisabled={!mayChange} />}
            </>
          )
        }
      >
        {t('inventory.about')}
      </PageHeader>
      <ViewOnly />
      {webhooks.isPending ? (
        <Loading />
      ) : webhooks.isError && !webhooks.data ? (
        <Failure error={webhooks.error} onRetry={() => void webhooks.refetch()} />
      ) : (
        <>
          {isEmpty ? (
            <>
              <div className={style({ marginBottom: 16 })}>
                <SandboxPicker sandbox={sandbox} onChange={setSandbox} />
              </div>
              <Empty sandbox={sandbox} mayChange={mayChange} />
            </>
          ) : (
            <WebhookTable
              webhooks={webhooks.data ?? []}
              existing={existing}
              sandboxPicker={<SandboxPicker sandbox={sandbox} onChange={setSandbox} />}
            />
          )}
        </>
      )}
    </>
  );
}

function CreateButton({ sandbox, isDisabled }: { sandbox: string; isDisabled: boolean }) {
  const { t } = useTexts();
  return isDisabled ? (
    <Button variant="accent" isDisabled>
      {t('create')}
    </Button>
  ) : (
    <LinkButton variant="accent" href={`/webhooks/${sandbox}/new`}>
      {t('create')}
    </LinkButton>
  );
}

/** A sandbox has one webhook at most, so instead of creating another the page leads to it. */
function Existing({ webhook }: { webhook: Webhook }) {
  const { t } = useTexts();
  return (
    <span className={style({ minWidth: 0, overflowWrap: 'break-word' })}>
      {t('inventory.existing', { sandbox: webhook.sandbox })}{' '}
      <Link href={pathOf(webhook)}>{webhook.name}</Link>
    </span>
  );
}

function Empty({ sandbox, mayChange }: { sandbox: string; mayChange: boolean }) {
  const { t } = useTexts();
  return (
    <div
      className={style({
        display: 'grid',
        placeItems: 'center',
        paddingY: 48,
        paddingX: 16,
        borderWidth: 1,
        borderStyle: 'dashed',
        borderColor: 'gray-300',
        borderRadius: 'xl',
      })}
    >
      <IllustratedMessage size="L">
        <Heading level={2}>{t('inventory.empty.title')}</Heading>
        <Content>{t('inventory.empty.text')}</Content>
        <ButtonGroup>
          <CreateButton sandbox={sandbox} isDisabled={!mayChange} />
        </ButtonGroup>
      </IllustratedMessage>
    </div>
  );
}

const ANY = 'any';

function WebhookTable({
  webhooks: listed,
  existing,
  sandboxPicker,
}: {
  webhooks: Webhook[];
  existing: Webhook | undefined;
  sandboxPicker: ReactNode;
}) {
  const { t, locale } = useTexts();
  const webhooks = useHealth(listed);
  const [query, setQuery] = useSearchParams();
  const healthText = useHealthText();
  const channelName = useChannelName();
  const authenticationName = useAuthenticationName();
  const filter: Filter = {
    text: query.get('search') ?? '',
    channel: query.get('channel') as Channel | null,
    health: query.get('health') as HealthState | null,
  };
  const sorting: Sorting = {
    column: query.get('sort') ?? 'name',
    direction: query.get('direction') === 'descending' ? 'descending' : 'ascending',
  };
  const change = (values: Record<string, string | null>) =>
    setQuery(
      (query) => {
        for (const [name, value] of Object.entries(values)) {
          if (value) query.set(name, value);
          else query.delete(name);
        }
        return query;
      },
      { replace: true },
    );
  const columns: Column<Webhook>[] = [
    {
      id: 'name',
      label: t('column.name'),
      isRowHeader: true,
      isSortable: true,
      cell: (webhook) => <Link href={pathOf(webhook)}>{webhook.name}</Link>,
    },
    { id: 'sandbox', label: t('column.sandbox'), isSortable: true, cell: (webhook) => webhook.sandbox },
    {
      id: 'channels',
      label: t('column.channels'),
      cell: (webhook) => webhook.channels.map(channelName).join(', '),
    },
    {
      id: 'host',
      label: t('column.host'),
      isSortable: true,
      cell: (webhook) => <Breakable text={hostOf(webhook.url)} />,
    },
    {
      id: 'authentication',
      label: t('column.authentication'),
      isSortable: true,
      cell: (webhook) => authenticationName(webhook.authentication),
    },
    {
      id: 'health',
      label: t('column.health'),
      isSortable: true,
      cell: ({ health }) => (health ? <HealthLight state={health.state} since={health.since} /> : '–'),
    },
    {
      id: 'lastDelivery',
      label: t('column.lastDelivery'),
      isSortable: true,
      cell: (webhook) =>
        !webhook.health || webhook.health.lastDeliveryAt === undefined ? (
          '–'
        ) : webhook.health.lastDeliveryAt ? (
          <Time iso={webhook.health.lastDeliveryAt} />
        ) : (
          t('never')
        ),
    },
    {
      id: 'modified',
      label: t('column.modified'),
      isSortable: true,
      cell: (webhook) => (
        <>
          <Time iso={webhook.modifiedAt} />
          <span className={style({ display: 'block', font: 'ui-sm', color: 'neutral-subdued' })}>
            <Breakable text={webhook.modifiedBy} />
          </span>
        </>
      ),
    },
  ];
  const rows = choose(webhooks, filter, sorting, locale);
  return (
    <>
      <div
        className={style({ display: 'flex', flexWrap: 'wrap', gap: 16, alignItems: 'end', marginBottom: 16 })}
      >
        {sandboxPicker}
        <SearchField
          label={t('search')}
          placeholder={t('inventory.searchFor')}
          value={filter.text}
          onChange={(search) => change({ search })}
          styles={style({ width: { default: 'full', sm: 240 } })}
        />
        <Picker
          label={t('column.channels')}
          value={filter.channel ?? ANY}
          onChange={(key) => change({ channel: key === ANY ? null : String(key) })}
        >
          <PickerItem id={ANY}>{t('all')}</PickerItem>
          <PickerItem id="email">{channelName('email')}</PickerItem>
          <PickerItem id="sms">{channelName('sms')}</PickerItem>
        </Picker>
        <Picker
          label={t('column.health')}
          value={filter.health ?? ANY}
          onChange={(key) => change({ health: key === ANY ? null : String(key) })}
          items={[{ id: ANY, name: t('all') }, ...HEALTH_STATES.map((id) => ({ id, name: healthText(id) }))]}
        >
          {({ id, name }) => <PickerItem id={id}>{name}</PickerItem>}
        </Picker>
      </div>
      <div
        className={style({
          display: 'flex',
          flexWrap: 'wrap',
          justifyContent: 'space-between',
          columnGap: 24,
          rowGap: 4,
          font: 'ui-sm',
          color: 'neutral-subdued',
          marginBottom: 8,
        })}
      >
        <span role="status">{t('inventory.count', { shown: rows.length, all: webhooks.length })}</span>
        {existing && <Existing webhook={existing} />}
      </div>
      {rows.length ? (
        <DataTable
          label={t('inventory.title')}
          columns={columns}
          rows={rows}
          rowKey={(webhook) => webhook.id}
          sorting={sorting}
          onSort={({ column, direction }) => change({ sort: column, direction })}
        />
      ) : (
        <InlineAlert variant="neutral">
          <Heading level={2}>{t('inventory.noMatch.title')}</Heading>
          <Content>
            <span className={style({ display: 'block', marginBottom: 12 })}>
              {t('inventory.noMatch.text')}
            </span>
            <Button
              variant="secondary"
              size="S"
              onPress={() => change({ search: null, channel: null, health: null })}
            >
              {t('inventory.noMatch.clear')}
            </Button>
          </Content>
        </InlineAlert>
      )}
    </>
  );
}

/** The webhooks with their health: what the list tells, else asked for one by one. */
function useHealth(webhooks: Webhook[]): Webhook[] {
  const { api } = useApp();
  const asked = useQueries({
    queries: webhooks.map(({ sandbox, id, health }) => ({
      queryKey: keys.health(sandbox, id),
      queryFn: () => api.health(sandbox, id),
      enabled: !health,
      refetchInterval: POLL_MS,
    })),
  });
  return webhooks.map((webhook, index) => {
    const health = asked[index]?.data;
    if (webhook.health || !health) return webhook;
    return { ...webhook, health: { state: health.state as HealthState, since: health.since ?? null } };
  });
}
