import type { Channel, HealthState, ListedWebhook } from '../api/api';
import type { Sorting } from '../parts/DataTable';

export interface Filter {
  /** Looked for in name, sandbox, host and who changed it. */
  text: string;
  channel: Channel | null;
  health: HealthState | null;
}

/** The page of a webhook. */
export function pathOf(webhook: { sandbox: string; id: string }): string {
  return `/webhooks/${webhook.sandbox}/${webhook.id}`;
}

/** The host of an endpoint, with its port if it is not the usual one. */
export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}

/** The webhooks that the filter leaves, sorted; equal ones by name. */
export function choose(
  webhooks: ListedWebhook[],
  filter: Filter,
  sorting: Sorting,
  locale: string,
): ListedWebhook[] {
  const wanted = filter.text.trim().toLocaleLowerCase(locale);
  const collator = new Intl.Collator(locale, { numeric: true });
  const sign = sorting.direction === 'descending' ? -1 : 1;
  return webhooks
    .filter(
      (webhook) =>
        (!wanted ||
          [webhook.name, webhook.sandbox, hostOf(webhook.url), webhook.modifiedBy].some((text) =>
            text.toLocaleLowerCase(locale).includes(wanted),
          )) &&
        (!filter.channel || webhook.channels.includes(filter.channel)) &&
        (!filter.health || webhook.health.state === filter.health),
    )
    .sort(
      (one, other) =>
        sign * collator.compare(sortKey(one, sorting.column), sortKey(other, sorting.column)) ||
        collator.compare(one.name, other.name),
    );
}

/** From well to unwell. */
const HEALTH_ORDER: HealthState[] = ['healthy', 'paused', 'gone', 'open'];

function sortKey(webhook: ListedWebhook, column: string): string {
  switch (column) {
    case 'sandbox':
      return webhook.sandbox;
    case 'host':
      return hostOf(webhook.url);
    case 'authentication':
      return webhook.authentication.type;
    case 'health':
      return String(HEALTH_ORDER.indexOf(webhook.health.state));
    case 'lastDelivery':
      return webhook.health.lastDeliveryAt ?? '';
    case 'modified':
      return webhook.modifiedAt;
    default:
      return webhook.name;
  }
}
