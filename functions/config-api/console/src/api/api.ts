import createClient from 'openapi-fetch';

import type { Session } from '../session/session';
import type {
  Attempt,
  AttemptDetail,
  CampaignItem,
  Deliveries,
  InventoryHealth,
  Me,
  Page,
  TestResult,
} from './announced';
import type { components, paths } from './schema';
import { transport } from './transport';

type Schemas = components['schemas'];
export type WebhookRequest = Schemas['WebhookRequest'];
export type AuthenticationRequest = Schemas['AuthenticationRequest'];
export type Webhook = Schemas['Webhook'] & { health?: InventoryHealth };
export type PublicKeyState = Schemas['PublicKeyState'];
export type NextKeyRequest = Schemas['NextKeyRequest'];
export type Health = Schemas['EndpointHealth'];
export type Algorithm = Schemas['Algorithm'];
export type Channel = Schemas['Channel'];

/** A webhook with the version that a change has to name. */
export interface Versioned {
  webhook: Webhook;
  etag: string;
}

/** Most items of one answer. */
const LARGEST_PAGE = 100;

export type Api = ReturnType<typeof createApi>;

/** The API's operations. Each throws an `ApiError` when it fails. */
export function createApi(session: Session) {
  const send = transport(session);
  const client = createClient<paths>({ baseUrl: window.location.origin, fetch: send });
  const inSandbox = (sandbox: string) => ({ 'x-sandbox-name': sandbox });
  const at = (sandbox: string, id: string) => ({ params: { path: { id }, header: inSandbox(sandbox) } });
  const atVersion = (sandbox: string, id: string, etag: string) => ({
    params: { path: { id }, header: { ...inSandbox(sandbox), 'If-Match': etag } },
  });

  async function plain<T>(
    path: string,
    sandbox: string | null,
    options: { method?: string; body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<T> {
    const headers = new Headers({ accept: 'application/json', ...options.headers });
    if (sandbox) headers.set('x-sandbox-name', sandbox);
    if (options.body !== undefined) headers.set('content-type', 'application/json');
    const response = await send(
      new Request(new URL(path, window.location.origin), {
        method: options.method ?? 'GET',
        headers,
        body: options.body === undefined ? undefined : JSON.stringify(options.body),
      }),
    );
    return (response.status === 204 ? null : await response.json()) as T;
  }

  const versioned = (data: Webhook | undefined, response: Response): Versioned => ({
    webhook: data as Webhook,
    etag: response.headers.get('etag') ?? '',
  });

  return {
    me: () => plain<Me>('/me', null),

    async webhooks(): Promise<Webhook[]> {
      const all: Webhook[] = [];
      let cursor: string | undefined;
      do {
        const { data } = await client.GET('/feedback-webhooks', {
          params: { query: { limit: LARGEST_PAGE, cursor } },
        });
        all.push(...((data?.items ?? []) as Webhook[]));
        cursor = data?._page.next ?? undefined;
      } while (cursor);
      return all;
    },

    async webhook(sandbox: string, id: string): Promise<Versioned> {
      const { data, response } = await client.GET('/feedback-webhooks/{id}', at(sandbox, id));
      return versioned(data, response);
    },

    async create(sandbox: string, body: WebhookRequest): Promise<Versioned> {
      const { data, response } = await client.POST('/feedback-webhooks', {
        params: { header: inSandbox(sandbox) },
        body,
      });
      return versioned(data, response);
    },

    async replace(sandbox: string, id: string, etag: string, body: WebhookRequest): Promise<Versioned> {
      const { data, response } = await client.PUT('/feedback-webhooks/{id}', {
        ...atVersion(sandbox, id, etag),
        body,
      });
      return versioned(data, response);
    },

    async remove(sandbox: string, id: string, etag: string): Promise<void> {
      await client.DELETE('/feedback-webhooks/{id}', atVersion(sandbox, id, etag));
    },

    async publishNextKey(
      sandbox: string,
      id: string,
      etag: string,
      body: NextKeyRequest,
    ): Promise<Versioned> {
      const { data, response } = await client.POST('/feedback-webhooks/{id}/next-key', {
        ...atVersion(sandbox, id, etag),
        body,
      });
      return versioned(data, response);
    },

    async activateNextKey(sandbox: string, id: string, etag: string): Promise<Versioned> {
      const path = '/feedback-webhooks/{id}/next-key/activate';
      const { data, response } = await client.POST(path, atVersion(sandbox, id, etag));
      return versioned(data, response);
    },

    async withdrawNextKey(sandbox: string, id: string, etag: string): Promise<Versioned> {
      const path = '/feedback-webhooks/{id}/next-key';
      const { data, response } = await client.DELETE(path, atVersion(sandbox, id, etag));
      return versioned(data, response);
    },

    async health(sandbox: string, id: string): Promise<Health> {
      const { data } = await client.GET('/feedback-webhooks/{id}/health', at(sandbox, id));
      return data as Health;
    },

    async switchOn(sandbox: string, campaignId: string): Promise<void> {
      await client.PUT('/campaigns/{campaignId}/feedback-webhook', {
        params: { path: { campaignId }, header: inSandbox(sandbox) },
      });
    },

    async switchOff(sandbox: string, campaignId: string): Promise<void> {
      await client.DELETE('/campaigns/{campaignId}/feedback-webhook', {
        params: { path: { campaignId }, header: inSandbox(sandbox) },
      });
    },

    async campaigns(sandbox: string): Promise<CampaignItem[]> {
      const all: CampaignItem[] = [];
      let cursor: string | null = null;
      do {
        const page: Page<CampaignItem> = await plain(
          `/campaigns${query({ limit: LARGEST_PAGE, cursor })}`,
          sandbox,
        );
        all.push(...page.items);
        cursor = page._page.next;
      } while (cursor);
      return all;
    },

    testUnsaved: (sandbox: string, body: WebhookRequest) =>
      plain<TestResult>('/feedback-webhooks/test', sandbox, { method: 'POST', body }),

    testSaved: (sandbox: string, id: string, body?: WebhookRequest) =>
      plain<TestResult>(`/feedback-webhooks/${id}/test`, sandbox, { method: 'POST', body }),

    attempts: (sandbox: string, id: string, outcome: 'delivered' | 'failed' | null, cursor: string | null) =>
      plain<Page<Attempt>>(
        `/feedback-webhooks/${id}/attempts${query({ outcome, limit: 20, cursor })}`,
        sandbox,
      ),

    attempt: (sandbox: string, id: string, attemptId: string) =>
      plain<AttemptDetail>(`/feedback-webhooks/${id}/attempts/${encodeURIComponent(attemptId)}`, sandbox),

    sendAgain: (sandbox: string, id: string, attemptId: string) =>
      plain<{ eventId: string }>(
        `/feedback-webhooks/${id}/attempts/${encodeURIComponent(attemptId)}/send-again`,
        sandbox,
        { method: 'POST' },
      ),

    deliveries: (sandbox: string, id: string, from: Date, to: Date) =>
      plain<Deliveries>(
        `/feedback-webhooks/${id}/deliveries${query({ from: from.toISOString(), to: to.toISOString() })}`,
        sandbox,
      ),
  };
}

function query(values: Record<string, string | number | null>): string {
  const given = Object.entries(values).filter(([, value]) => value !== null);
  return given.length ? `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}` : '';
}
