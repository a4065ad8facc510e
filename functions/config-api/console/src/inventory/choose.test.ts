import { describe, expect, it } from 'vitest';

import type { ListedWebhook } from '../api/api';
import { choose, hostOf } from './choose';

const any = { text: '', channel: null, health: null };
const byName = { column: 'name', direction: 'ascending' } as const;

function webhook(name: string, changes: Partial<ListedWebhook> = {}): ListedWebhook {
  return {
    id: name,
    name,
    sandbox: name.toLowerCase(),
    channels: ['email'],
    url: `https://${name.toLowerCase()}.example/`,
    authentication: { type: 'none' },
    headers: [],
    feedbackStatuses: ['sent'],
    campaigns: 'all',
    paused: false,
    health: { state: 'healthy' },
    createdAt: '2026-11-01T10:00:00Z',
    createdBy: 'admin@example.com',
    modifiedAt: '2026-11-01T10:00:00Z',
    modifiedBy: 'admin@example.com',
    ...changes,
  };
}

const names = (webhooks: ListedWebhook[]) => webhooks.map(({ name }) => name);

describe('the inventory', () => {
  const all = [
    webhook('Dev10', { channels: ['sms'] }),
    webhook('Dev2', { modifiedBy: 'Åsa@example.com' }),
    webhook('Prod', { health: { state: 'open', lastDeliveryAt: '2026-11-02T10:00:00Z' } }),
  ];

  it('sorts numbers in names as numbers', () => {
    expect(names(choose(all, any, byName, 'en'))).toEqual(['Dev2', 'Dev10', 'Prod']);
  });

  it.each([
    ['PROD', ['Prod']],
    ['dev2.example', ['Dev2']],
    ['åsa', ['Dev2']],
    ['nothing', []],
  ])('finds %s', (text, found) => expect(names(choose(all, { ...any, text }, byName, 'sv'))).toEqual(found));

  it('filters by channel and by health', () => {
    expect(names(choose(all, { ...any, channel: 'sms' }, byName, 'en'))).toEqual(['Dev10']);
    expect(names(choose(all, { ...any, health: 'open' }, byName, 'en'))).toEqual(['Prod']);
  });

  it('sorts both ways, equal ones by name', () => {
    const sorting = { column: 'lastDelivery', direction: 'descending' } as const;
    expect(names(choose(all, any, sorting, 'en'))).toEqual(['Prod', 'Dev2', 'Dev10']);
  });

  it('sorts by health from well to unwell', () => {
    const states = ['open', 'healthy', 'gone', 'paused'] as const;
    const unwell = states.map((state) => webhook(state, { health: { state } }));
    const sorting = { column: 'health', direction: 'ascending' } as const;
    expect(names(choose(unwell, any, sorting, 'en'))).toEqual(['healthy', 'paused', 'gone', 'open']);
  });

  it('shows a port that is not the usual one', () => {
    expect(hostOf('https://localhost:8443/feedback')).toBe('localhost:8443');
    expect(hostOf('https://hooks.example:443/feedback')).toBe('hooks.example');
  });
});
