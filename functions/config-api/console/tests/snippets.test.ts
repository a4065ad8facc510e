import type { IncomingHttpHeaders } from 'node:http';
import { generateKeyPairSync } from 'node:crypto';

import type { Webhook } from '../src/api/api';
import { LANGUAGES, snippet } from '../src/snippets/snippet';
import { cloud } from './cloud';
import { sendEvent } from './events';
import { expect, signIn, test } from './fixtures';
import { apiOf, newPerson, type Person, webhook } from './people';
import { type Receiver, startReceiver } from './receiver';
import { type Case, missing, verify } from './verifiers';

const SECRET = '0123456789abcdef0123456789abcdef';
const CLAIMS = { issuer: 'luma "feedback"', subject: 'webhooks', audience: ['crm', 'dwh'] };

/** Every kind of request that there is a snippet for; the name is the sandbox's. */
const KINDS: Record<string, { kind: 'tokens' | 'signatures'; authentication: Record<string, unknown> }> = {
  hs256: { kind: 'tokens', authentication: { algorithm: 'HS256', secret: SECRET, ...CLAIMS } },
  rs256: {
    kind: 'tokens',
    authentication: {
      algorithm: 'RS256',
      privateKey: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
        type: 'pkcs8',
        format: 'pem',
      }),
      headerName: 'X-Feedback-Token',
      headerPrefix: '',
    },
  },
  eddsa: { kind: 'tokens', authentication: { algorithm: 'EdDSA', generateKey: true, ...CLAIMS } },
  bound: {
    kind: 'tokens',
    authentication: { algorithm: 'ES256', generateKey: true, tokenPerDelivery: true },
  },
  v1: { kind: 'signatures', authentication: { scheme: 'v1', generateSecret: true } },
  v1a: { kind: 'signatures', authentication: { scheme: 'v1a', generateSecret: true } },
};

/** Settings that a token of `hs256` does not meet. */
const OTHER_SETTINGS = [{ issuer: 'x' }, { subject: 'x' }, { audience: ['x'] }, { algorithm: 'HS512' }];

/** A webhook with the request that it sent. */
interface Sent {
  name: string;
  kind: 'tokens' | 'signatures';
  webhook: Webhook;
  secret: string | null;
  request: Case;
}

// In one process, so that the requests are made once.
test.describe.configure({ mode: 'default' });

let person: Person;
let receiver: Receiver;
let sent: Sent[];

test.beforeAll(async () => {
  person = await newPerson();
  receiver = await startReceiver();
  const webhooks = await Promise.all(
    Object.entries(KINDS).map(async ([name, { kind, authentication }]) => {
      const type = kind === 'tokens' ? 'jwt' : 'standardWebhooks';
      const body = webhook(`${receiver.url}/${name}`, { authentication: { type, ...authentication } });
      const created = (await (await apiOf(person, name))('POST', '/feedback-webhooks', body)).body as Webhook;
      await sendEvent(person.organisation, name);
      return { name, kind, webhook: created };
    }),
  );
  sent = [];
  for (const { name, kind, webhook } of webhooks) {
    const path = new URL(webhook.url).pathname;
    const received = () => receiver.received.find((request) => request.path === path);
    await expect.poll(received, { timeout: 60_000 }).toBeTruthy();
    const { headers, body } = received()!;
    const { authentication } = webhook;
    const generated =
      authentication.type === 'standardWebhooks' ? (authentication.generatedSecret ?? null) : null;
    const secret = name === 'hs256' ? SECRET : generated;
    sent.push({ name, kind, webhook, secret, request: { headers: plain(headers), body } });
  }
});

test.afterAll(() => receiver.close());

for (const language of LANGUAGES)
  for (const kind of ['tokens', 'signatures'] as const)
    test(`the ${language} snippets accept what was sent and nothing else: ${kind}`, async ({}, info) => {
      const reason = await missing(language, kind);
      if (reason) console.log(`The ${language} snippets for ${kind} are not run: ${reason}`);
      test.skip(reason !== null, reason ?? '');
      for (const { name, webhook, secret, request } of sent.filter((each) => each.kind === kind)) {
        const { code } = snippet(webhook, language, cloud.apiUrl)!;
        const variants = variantsOf(webhook, request);
        const cases = variants.map(({ request }) => request);
        const said = await verify(language, code, secret, cases, info.outputPath(name));
        expect(variants.map(({ what }, index) => `${name}, ${what}: ${said[index]}`)).toEqual(
          variants.map(({ what, isGenuine }) => `${name}, ${what}: ${isGenuine}`),
        );
      }
      const shared = sent.find(({ name }) => name === 'hs256')!;
      for (const other of kind === 'tokens' ? OTHER_SETTINGS : []) {
        const authentication = { ...shared.webhook.authentication, ...other } as Webhook['authentication'];
        const { code } = snippet({ ...shared.webhook, authentication }, language, cloud.apiUrl)!;
        const folder = info.outputPath(Object.keys(other).join());
        const said = await verify(language, code, shared.secret, [shared.request], folder);
        expect(said, JSON.stringify(other)).toEqual(['false']);
      }
    });

test('the page shows these snippets', async ({ page }) => {
  const { webhook } = sent.find(({ name }) => name === 'bound')!;
  await signIn(page, person, `/console/webhooks/${webhook.sandbox}/${webhook.id}?tab=receive`);
  for (const [language, name] of Object.entries({
    node: 'Node.js',
    python: 'Python',
    java: 'Java',
    go: 'Go',
  })) {
    await page.getByRole('button', { name: /Language/ }).click();
    await page.getByRole('option', { name, exact: true }).click();
    const api = new URL(page.url()).origin;
    const shown = snippet(webhook, language as (typeof LANGUAGES)[number], api)!;
    await expect(page.getByRole('group', { name, exact: true })).toHaveText(shown.code);
    await expect(page.getByRole('group', { name: 'Install' })).toHaveText(shown.install);
  }
});

interface Variant {
  what: string;
  request: Case;
  isGenuine: boolean;
}

/** A genuine request, and some that differ from it in one thing each. */
function variantsOf({ authentication }: Webhook, genuine: Case): Variant[] {
  const changed = (changes: Record<string, string | undefined>, body = genuine.body): Case => {
    const headers = Object.entries({ ...genuine.headers, ...changes });
    return { headers: Object.fromEntries(headers.filter(isPresent)), body };
  };
  const accepted = (what: string, request: Case) => ({ what, request, isGenuine: true });
  const refused = (what: string, request: Case) => ({ what, request, isGenuine: false });
  const bound = [
    refused('another body', changed({}, genuine.body.replace('User unknown', 'x'))),
    refused('the id of another event', changed({ 'webhook-id': 'another' })),
  ];
  if (authentication.type === 'standardWebhooks') {
    const early = String(Number(genuine.headers['webhook-timestamp']) - 60);
    const foreign = `v1,${Buffer.alloc(32).toString('base64')} v1a,${Buffer.alloc(64).toString('base64')} v1,? v1a,?`;
    const signature = genuine.headers['webhook-signature']!;
    return [
      accepted('as it was sent', genuine),
      accepted('more signatures', changed({ 'webhook-signature': `${foreign} ${signature}` })),
      ...bound,
      refused('another time', changed({ 'webhook-timestamp': early })),
      refused('foreign signatures', changed({ 'webhook-signature': foreign })),
      refused('no signature', changed({ 'webhook-signature': undefined })),
    ];
  }
  if (authentication.type !== 'jwt') return [];
  const name = authentication.headerName.toLowerCase();
  const [, prefix = '', token = ''] = /^(.* |)(.*)$/.exec(genuine.headers[name] ?? '') ?? [];
  const [header = '', payload = '', signature = ''] = token.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
  const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const forged = (...parts: string[]) => changed({ [name]: prefix + parts.join('.') });
  return [
    accepted('as it was sent', genuine),
    refused('other claims', forged(header, encoded({ ...claims, sub: 'x' }), signature)),
    refused('no algorithm', forged(encoded({ alg: 'none', typ: 'JWT' }), payload, '')),
    refused('no token', changed({ [name]: prefix })),
    refused('no header', changed({ [name]: undefined })),
    ...(authentication.tokenPerDelivery ? bound : []),
  ];
}

function isPresent(entry: [string, string | undefined]): entry is [string, string] {
  return entry[1] !== undefined;
}

function plain(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}
