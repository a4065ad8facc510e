import {
  Button,
  Content,
  Heading,
  InlineAlert,
  Link,
  Picker,
  PickerItem,
  SearchField,
} from '@react-spectrum/s2';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import type { ReactNode } from 'react';
import { useSearchParams } from 'react-router';

import type { Channel, HealthState, ListedWebhook, Webhook } from '../api/api';
import { Breakable } from '../parts/Breakable';
import { type Column, DataTable, type Sorting } from '../parts/DataTable';
import { HEALTH_STATES, HealthLight, useHealthText } from '../parts/HealthLight';
import { Time } from '../parts/Time';
import { useAuthenticationName, useChannelName } from '../parts/names';
import { useTexts } from '../texts/texts';
import { choose, type Filter, hostOf, pathOf } from './choose';

/** How often what is shown is read anew. */
export const POLL_MS = 30_000;

const ANY = 'any';

/** The webhooks with search, filters and sorting, which are part of the address. */
export function WebhookTable({
  webhooks,
  existing,
  sandboxPicker,
}: {
  webhooks: ListedWebhook[];
  existing: Webhook | undefined;
  sandboxPicker: ReactNode;
}) {
  const { t, locale } = useTexts();
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
  const columns: Column<ListedWebhook>[] = [
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
      cell: ({ health }) => <HealthLight state={health.state} since={health.since} />,
    },
    {
      id: 'lastDelivery',
      label: t('column.lastDelivery'),
      isSortable: true,
      cell: ({ health }) =>
        health.lastDeliveryAt ? <Time iso={health.lastDeliveryAt} /> : t('lastDelivery.none'),
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
