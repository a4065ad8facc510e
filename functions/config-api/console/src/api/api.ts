import createClient from 'openapi-fetch';

import type { Session } from '../session/session';
import type { components, paths } from './schema';
import { transport } from './transport';

type Schemas = components['schemas'];
export type WebhookRequest = Schemas['WebhookRequest'];
export type AuthenticationRequest = Schemas['AuthenticationRequest'];
export type NextKeyRequest = Schemas['NextKeyRequest'];
export type Webhook = Schemas['Webhook'];
export type ListedWebhook = Schemas['ListedWebhook'];
export type Health = Schemas['EndpointHealth'];
export type HealthState = Schemas['HealthState'];
export type Algorithm = Schemas['Algorithm'];
export type Channel = Schemas['Channel'];
export type PublicKeyState = Schemas['PublicKeyState'];
export type CampaignSwitch = Schemas['CampaignSwitch'];
export type TestReport = Schemas['TestReport'];
export type TestStage = Schemas['TestStage'];
export type StageName = Schemas['StageName'];
export type Advice = Schemas['Advice'];
export type ShownHeader = Schemas['ShownHeader'];
export type Attempt = Schemas['Attempt'];
export type AttemptPage = Schemas['AttemptPage'];
export type OutcomeFilter = Schemas['OutcomeFilter'];
export type Deliveries = Schemas['Deliveries'];

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

  const ofAttempt = (sandbox: string, id: string, attemptId: string) => ({
    params: { path: { id, attemptId }, header: inSandbox(sandbox) },
  });

  /** All items of a list, page by page. */
  async function all<Item>(
    read: (cursor: string | undefined) => Promise<{ items: Item[]; _page: { next?: string | null } }>,
  ): Promise<Item[]> {
    const items: Item[] = [];
    let cursor: string | undefined;
    do {
      const page = await read(cursor);
      items.push(...page.items);
      cursor = page._page.next ?? undefined;
    } while (cursor);
    return items;
  }

  const versioned = (answer: { data?: Webhook; response: Response }): Versioned => ({
    webhook: data(answer),
    etag: answer.response.headers.get('etag') ?? '',
  });

  return {
    me: async () => data(await client.GET('/me')),

    webhooks: () =>
      all<ListedWebhook>(async (cursor) =>
        data(await client.GET('/feedback-webhooks', { params: { query: { limit: LARGEST_PAGE, cursor } } })),
      ),

    async webhook(sandbox: string, id: string): Promise<Versioned> {
      const answer = await client.GET('/feedback-webhooks/{id}', at(sandbox, id));
      return versioned(answer);
    },

    async create(sandbox: string, body: WebhookRequest): Promise<Versioned> {
      const answer = await client.POST('/feedback-webhooks', {
        params: { header: inSandbox(sandbox) },
        body,
      });
      return versioned(answer);
    },

    async replace(sandbox: string, id: string, etag: string, body: WebhookRequest): Promise<Versioned> {
      const answer = await client.PUT('/feedback-webhooks/{id}', {
        ...atVersion(sandbox, id, etag),
        body,
      });
      return versioned(answer);
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
      const answer = await client.POST('/feedback-webhooks/{id}/next-key', {
        ...atVersion(sandbox, id, etag),
        body,
      });
      return versioned(answer);
    },

    async activateNextKey(sandbox: string, id: string, etag: string): Promise<Versioned> {
      const path = '/feedback-webhooks/{id}/next-key/activate';
      const answer = await client.POST(path, atVersion(sandbox, id, etag));
      return versioned(answer);
    },

    async withdrawNextKey(sandbox: string, id: string, etag: string): Promise<Versioned> {
      const path = '/feedback-webhooks/{id}/next-key';
      const answer = await client.DELETE(path, atVersion(sandbox, id, etag));
      return versioned(answer);
    },

    health: async (sandbox: string, id: string) =>
      data(await client.GET('/feedback-webhooks/{id}/health', at(sandbox, id))),

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

    campaigns: (sandbox: string) =>
      all<CampaignSwitch>(async (cursor) =>
        data(
          await client.GET('/campaigns', {
            params: { query: { limit: LARGEST_PAGE, cursor }, header: inSandbox(sandbox) },
          }),
        ),
      ),

    testUnsaved: async (sandbox: string, body: WebhookRequest) =>
      data(await client.POST('/feedback-webhooks/test', { params: { header: inSandbox(sandbox) }, body })),

    /** Tests a webhook as it is saved, or as the body would replace it. */
    testSaved: async (sandbox: string, id: string, body?: WebhookRequest) =>
      data(await client.POST('/feedback-webhooks/{id}/test', { ...at(sandbox, id), body })),

    attempts: async (sandbox: string, id: string, outcome?: OutcomeFilter, cursor?: string) =>
      data(
        await client.GET('/feedback-webhooks/{id}/attempts', {
          params: { path: { id }, query: { outcome, cursor }, header: inSandbox(sandbox) },
        }),
      ),

    attempt: async (sandbox: string, id: string, attemptId: string) =>
      data(
        await client.GET('/feedback-webhooks/{id}/attempts/{attemptId}', ofAttempt(sandbox, id, attemptId)),
      ),

    async sendAgain(sandbox: string, id: string, attemptId: string): Promise<void> {
      const path = '/feedback-webhooks/{id}/attempts/{attemptId}/send-again';
      await client.POST(path, ofAttempt(sandbox, id, attemptId));
    },

    deliveries: async (sandbox: string, id: string, from: Date, to: Date) =>
      data(
        await client.GET('/feedback-webhooks/{id}/deliveries', {
          params: {
            path: { id },
            query: { from: from.toISOString(), to: to.toISOString() },
            header: inSandbox(sandbox),
          },
        }),
      ),
  };
}

/** The body of an answer. There is one: what is no success was thrown by the transport. */
function data<Body>(answer: { data?: Body }): Body {
  return answer.data as Body;
}
