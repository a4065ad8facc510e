import { randomBytes, randomUUID } from 'node:crypto';

import {
  AdminAddUserToGroupCommand,
  AdminCreateUserCommand,
  AdminInitiateAuthCommand,
  AdminSetUserPasswordCommand,
  CognitoIdentityProviderClient,
} from '@aws-sdk/client-cognito-identity-provider';

import { cloud, output } from './cloud';

const cognito = new CognitoIdentityProviderClient({ endpoint: cloud.endpointUrl });

/** Somebody who can sign in. */
export interface Person {
  email: string;
  password: string;
  organisation: string;
}

/** An organisation that nothing else uses. */
export function newOrganisation(): string {
  return `${randomBytes(12).toString('hex').toUpperCase()}@TestOrg`;
}

/** A new user of the stack's own user pool. */
export async function newPerson(
  organisation = newOrganisation(),
  name = 'admin',
  role: 'manage' | 'view' = 'manage',
): Promise<Person> {
  const email = `${name}.${randomUUID().slice(0, 8)}@example.com`;
  const password = `Aa1${randomBytes(12).toString('hex')}`;
  const UserPoolId = output('UserPoolId');
  await cognito.send(
    new AdminCreateUserCommand({
      UserPoolId,
      Username: email,
      MessageAction: 'SUPPRESS',
      UserAttributes: [
        { Name: 'email', Value: email },
        { Name: 'custom:org', Value: organisation },
      ],
    }),
  );
  await cognito.send(
    new AdminSetUserPasswordCommand({ UserPoolId, Username: email, Password: password, Permanent: true }),
  );
  await cognito.send(
    new AdminAddUserToGroupCommand({ UserPoolId, Username: email, GroupName: `feedback-webhooks-${role}` }),
  );
  return { email, password, organisation };
}

/** The API as another program of the same person uses it. */
export async function apiOf(person: Person, sandbox = 'prod') {
  const answer = await cognito.send(
    new AdminInitiateAuthCommand({
      UserPoolId: output('UserPoolId'),
      ClientId: output('UserPoolClientId'),
      AuthFlow: 'ADMIN_USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME: person.email, PASSWORD: person.password },
    }),
  );
  const token = answer.AuthenticationResult?.IdToken;
  return async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const response = await fetch(cloud.apiUrl + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        'x-sandbox-name': sandbox,
        'content-type': 'application/json',
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return { body: text ? JSON.parse(text) : null, etag: response.headers.get('etag') ?? '' };
  };
}

export type CallApi = Awaited<ReturnType<typeof apiOf>>;

/** A webhook as the API takes it. */
export function webhook(url: string, changes: Record<string, unknown> = {}) {
  return {
    name: 'Production feedback',
    channels: ['email', 'sms'],
    url,
    authentication: { type: 'none' },
    campaigns: 'all',
    ...changes,
  };
}

/** Creates a webhook, and tells its id. */
export async function createWebhook(
  call: CallApi,
  url: string,
  changes: Record<string, unknown> = {},
): Promise<string> {
  return (await call('POST', '/feedback-webhooks', webhook(url, changes))).body.id as string;
}
