import { describe, expect, it } from 'vitest';

import type { Webhook } from '../api/api';
import { emptyDraft } from './draft';
import { draftOf } from './draftOf';
import { requestOf } from './requestOf';

const saved: Webhook = {
  id: '8d6e0a3c-52a7-4d4b-9b3d-0a1d6a3d0f11',
  name: 'Production feedback',
  sandbox: 'prod',
  channels: ['sms', 'email'],
  url: 'https://hooks.example.com/feedback',
  authentication: {
    type: 'jwt',
    algorithm: 'HS256',
    secretSetAt: '2026-11-01T10:00:00.000Z',
    issuer: 'luma',
    audience: ['crm', 'dwh'],
    lifetimeSeconds: 300,
    claims: { tenant: 'luma' } as never,
    headerName: 'authorization',
    headerPrefix: 'Bearer',
    tokenPerDelivery: true,
    publicKeys: [],
  },
  headers: [
    { name: 'X-Source', value: 'feedback', secret: false },
    { name: 'X-Api-Key', secret: true, valueSetAt: '2026-11-01T10:00:00.000Z' },
  ],
  feedbackStatuses: ['bounce', 'delay', 'sent'],
  campaigns: 'switchedOn',
  paused: false,
  createdAt: '2026-11-01T10:00:00.000Z',
  createdBy: 'admin@example.com',
  modifiedAt: '2026-11-01T10:00:00.000Z',
  modifiedBy: 'admin@example.com',
};

function sent(draft: Parameters<typeof requestOf>[0]) {
  const made = requestOf(draft);
  if ('faults' in made) throw new Error(JSON.stringify(made.faults));
  return JSON.parse(JSON.stringify(made.request)) as Record<string, unknown>;
}

describe('a request', () => {
  it('leaves saved secrets out, so that they are kept', () => {
    const request = sent(draftOf(saved));
    expect(request.authentication).not.toHaveProperty('secret');
    expect(request.headers).toEqual([
      { name: 'X-Source', secret: false, value: 'feedback' },
      { name: 'X-Api-Key', secret: true },
    ]);
  });

  it('says of an unchanged form what is saved', () => {
    expect(sent(draftOf(saved))).toMatchObject({
      name: saved.name,
      url: saved.url,
      channels: ['email', 'sms'],
      feedbackStatuses: ['sent', 'bounce', 'delay'],
      authentication: {
        type: 'jwt',
        issuer: 'luma',
        audience: ['crm', 'dwh'],
        claims: { tenant: 'luma' },
        tokenPerDelivery: true,
      },
    });
  });

  it('has no spaces and line breaks that were pasted around values', () => {
    const request = sent({
      ...emptyDraft,
      name: ' Feedback ',
      url: ' https://hooks.example\n.com/feedback \r\n',
      authenticationType: 'jwt',
      jwt: { ...emptyDraft.jwt, secret: { value: '\n 0123456789abcdef0123456789abcdef \n', savedAt: null } },
    });
    expect(request).toMatchObject({
      name: 'Feedback',
      url: 'https://hooks.example.com/feedback',
      authentication: { secret: '0123456789abcdef0123456789abcdef' },
    });
  });

  it('sends the key that the algorithm needs and not the other', () => {
    const jwt = {
      ...emptyDraft.jwt,
      algorithm: 'ES256' as const,
      secret: { value: 'typed before the algorithm was changed', savedAt: null },
      privateKey: { value: 'PEM', savedAt: null },
    };
    const { authentication } = sent({ ...emptyDraft, authenticationType: 'jwt', jwt });
    expect(authentication).toMatchObject({ algorithm: 'ES256', privateKey: 'PEM' });
    expect(authentication).not.toHaveProperty('secret');
  });

  it.each(['{', '[]', '1', 'null'])('is not made of claims that are no object: %s', (claims) => {
    const draft = { ...emptyDraft, authenticationType: 'jwt' as const, jwt: { ...emptyDraft.jwt, claims } };
    expect(requestOf(draft)).toEqual({
      faults: [{ pointer: '/authentication/claims', code: 'claims-no-object', detail: '' }],
    });
  });
});
