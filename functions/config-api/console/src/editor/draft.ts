import type { Algorithm, AuthenticationRequest, Channel, Webhook, WebhookRequest } from '../api/api';
import type { FieldFault } from '../api/problem';

export type AuthenticationType = Webhook['authentication']['type'];
type Saved<Type extends AuthenticationType> = Extract<Webhook['authentication'], { type: Type }>;

/** A custom header in the form. */
export interface HeaderDraft {
  /** Tells rows apart; never sent. */
  key: string;
  name: string;
  value: string;
  secret: boolean;
  /** When the saved secret value was set; none for a new header or a plain value. */
  savedAt: string | null;
}

/** A secret in the form: empty means that the saved one is kept, if there is one. */
export interface SecretDraft {
  value: string;
  savedAt: string | null;
}

/** JWT authentication in the form. */
export interface JwtDraft {
  algorithm: Algorithm;
  secret: SecretDraft;
  privateKey: SecretDraft;
  /** Whether a new key pair is made by the service, instead of pasting a private key. */
  generateKey: boolean;
  keyId: string;
  issuer: string;
  subject: string;
  /** One on each line. */
  audience: string;
  lifetimeSeconds: number;
  /** A JSON object. */
  claims: string;
  headerName: string;
  headerPrefix: string;
  /** Whether each delivery has a token of its own. */
  tokenPerDelivery: boolean;
}

/** A Standard Webhooks signature in the form. */
export interface SignatureDraft {
  scheme: 'v1' | 'v1a';
  secret: SecretDraft;
  /** Where the secret comes from: the saved one, a new one of ours, or the administrator's own. */
  source: 'saved' | 'generated' | 'own';
  /** Whether the secret that is replaced signs for a while longer. */
  keepPrevious: boolean;
}

/** OAuth 2.0 client credentials in the form. */
export interface OAuthDraft {
  tokenUrl: string;
  clientId: string;
  clientSecret: SecretDraft;
  clientAuthentication: 'basic' | 'body';
  scope: string;
  audience: string;
}

/** What the form holds: like a configuration, but every state that someone may type. */
export interface Draft {
  name: string;
  channels: Channel[];
  url: string;
  feedbackStatuses: string[];
  campaigns: 'switchedOn' | 'all';
  paused: boolean;
  authenticationType: AuthenticationType;
  jwt: JwtDraft;
  signature: SignatureDraft;
  oauth: OAuthDraft;
  headers: HeaderDraft[];
}

/** The statuses that are delivered unless others are chosen. */
export const USUAL_STATUSES = ['sent', 'delivered', 'bounce', 'error'];

export const emptyJwt: JwtDraft = {
  algorithm: 'HS256',
  secret: { value: '', savedAt: null },
  privateKey: { value: '', savedAt: null },
  generateKey: false,
  keyId: '',
  issuer: '',
  subject: '',
  audience: '',
  lifetimeSeconds: 300,
  claims: '',
  headerName: 'Authorization',
  headerPrefix: 'Bearer',
  tokenPerDelivery: false,
};

const emptySignature: SignatureDraft = {
  scheme: 'v1',
  secret: { value: '', savedAt: null },
  source: 'generated',
  keepPrevious: true,
};

const emptyOAuth: OAuthDraft = {
  tokenUrl: '',
  clientId: '',
  clientSecret: { value: '', savedAt: null },
  clientAuthentication: 'basic',
  scope: '',
  audience: '',
};

export const emptyDraft: Draft = {
  name: '',
  channels: ['email', 'sms'],
  url: '',
  feedbackStatuses: USUAL_STATUSES,
  campaigns: 'switchedOn',
  paused: false,
  authenticationType: 'none',
  jwt: emptyJwt,
  signature: emptySignature,
  oauth: emptyOAuth,
  headers: [],
};

/** The form of what is saved. */
export function draftOf(webhook: Webhook): Draft {
  const { authentication } = webhook;
  return {
    name: webhook.name,
    channels: webhook.channels.toSorted(),
    url: webhook.url,
    feedbackStatuses: statusesInOrder(webhook.feedbackStatuses),
    campaigns: webhook.campaigns,
    paused: webhook.paused,
    authenticationType: authentication.type,
    jwt: authentication.type === 'jwt' ? jwtDraft(authentication) : emptyJwt,
    signature: authentication.type === 'standardWebhooks' ? signatureDraft(authentication) : emptySignature,
    oauth: authentication.type === 'oauth2ClientCredentials' ? oauthDraft(authentication) : emptyOAuth,
    headers: webhook.headers.map((header) => ({
      key: header.name.toLowerCase(),
      name: header.name,
      value: header.value ?? '',
      secret: header.secret,
      savedAt: header.valueSetAt ?? null,
    })),
  };
}

function jwtDraft(saved: Saved<'jwt'>): JwtDraft {
  return {
    algorithm: saved.algorithm,
    secret: { value: '', savedAt: saved.secretSetAt ?? null },
    privateKey: { value: '', savedAt: saved.privateKeySetAt ?? null },
    generateKey: false,
    keyId: saved.keyId ?? '',
    issuer: saved.issuer ?? '',
    subject: saved.subject ?? '',
    audience: saved.audience.join('\n'),
    lifetimeSeconds: saved.lifetimeSeconds,
    claims: Object.keys(saved.claims).length ? JSON.stringify(saved.claims, null, 2) : '',
    headerName: saved.headerName,
    headerPrefix: saved.headerPrefix,
    tokenPerDelivery: saved.tokenPerDelivery,
  };
}

function signatureDraft(saved: Saved<'standardWebhooks'>): SignatureDraft {
  return {
    scheme: saved.scheme,
    secret: { value: '', savedAt: saved.secretSetAt },
    source: 'saved',
    keepPrevious: true,
  };
}

function oauthDraft(saved: Saved<'oauth2ClientCredentials'>): OAuthDraft {
  return {
    tokenUrl: saved.tokenUrl,
    clientId: saved.clientId,
    clientSecret: { value: '', savedAt: saved.clientSecretSetAt },
    clientAuthentication: saved.clientAuthentication,
    scope: saved.scope ?? '',
    audience: saved.audience ?? '',
  };
}

/** The usual statuses in the order in which they happen, then the others. */
export function statusesInOrder(statuses: string[]): string[] {
  return [
    ...USUAL_STATUSES.filter((status) => statuses.includes(status)),
    ...statuses.filter((status) => !USUAL_STATUSES.includes(status)).toSorted(),
  ];
}

/** Signed with a secret that both sides share, and not with a private key. */
export function isShared(algorithm: Algorithm): boolean {
  return algorithm.startsWith('HS');
}

/** What is sent for a draft, or the faults that keep it from being sent at all. */
export function requestOf(draft: Draft): { request: WebhookRequest } | { faults: FieldFault[] } {
  const authentication = authenticationOf(draft);
  if ('faults' in authentication) return authentication;
  return {
    request: {
      name: draft.name.trim(),
      channels: draft.channels,
      url: pasted(draft.url),
      feedbackStatuses: draft.feedbackStatuses,
      campaigns: draft.campaigns,
      paused: draft.paused,
      authentication: authentication.authentication,
      headers: draft.headers.map((header) => ({
        name: header.name.trim(),
        secret: header.secret,
        value:
          header.value.trim() === '' && header.secret && header.savedAt ? undefined : header.value.trim(),
      })),
    },
  };
}

function authenticationOf(
  draft: Draft,
): { authentication: AuthenticationRequest } | { faults: FieldFault[] } {
  switch (draft.authenticationType) {
    case 'none':
      return { authentication: { type: 'none' } };
    case 'jwt':
      return jwtOf(draft.jwt);
    case 'standardWebhooks':
      return { authentication: signatureOf(draft.signature) };
    case 'oauth2ClientCredentials':
      return { authentication: oauthOf(draft.oauth) };
  }
}

function jwtOf(jwt: JwtDraft): { authentication: AuthenticationRequest } | { faults: FieldFault[] } {
  const claims = claimsOf(jwt.claims);
  if ('faults' in claims) return claims;
  const shared = isShared(jwt.algorithm);
  return {
    authentication: {
      type: 'jwt',
      algorithm: jwt.algorithm,
      secret: shared ? typed(jwt.secret) : undefined,
      privateKey: shared || jwt.generateKey ? undefined : typed(jwt.privateKey),
      generateKey: !shared && jwt.generateKey ? true : undefined,
      keyId: given(jwt.keyId.trim()),
      issuer: given(jwt.issuer.trim()),
      subject: given(jwt.subject.trim()),
      audience: lines(jwt.audience),
      lifetimeSeconds: jwt.lifetimeSeconds,
      // Any JSON: the generated type of an object without named members allows none.
      claims: claims.claims as Record<string, never>,
      headerName: jwt.headerName.trim(),
      headerPrefix: jwt.headerPrefix.trim(),
      tokenPerDelivery: jwt.tokenPerDelivery,
    },
  };
}

function signatureOf({ scheme, secret, source, keepPrevious }: SignatureDraft): AuthenticationRequest {
  const isReplaced = source !== 'saved' && secret.savedAt !== null;
  return {
    type: 'standardWebhooks',
    scheme,
    secret: source === 'own' ? pasted(secret.value) : undefined,
    generateSecret: source === 'generated' ? true : undefined,
    keepPrevious: isReplaced ? keepPrevious : undefined,
  };
}

function oauthOf(oauth: OAuthDraft): AuthenticationRequest {
  return {
    type: 'oauth2ClientCredentials',
    tokenUrl: pasted(oauth.tokenUrl),
    clientId: oauth.clientId.trim(),
    clientSecret: typed(oauth.clientSecret),
    clientAuthentication: oauth.clientAuthentication,
    scope: given(oauth.scope.trim()),
    audience: given(oauth.audience.trim()),
  };
}

function claimsOf(text: string): { claims: Record<string, unknown> } | { faults: FieldFault[] } {
  if (!text.trim()) return { claims: {} };
  try {
    const claims: unknown = JSON.parse(text);
    if (typeof claims === 'object' && claims !== null && !Array.isArray(claims))
      return { claims: claims as Record<string, unknown> };
  } catch {
    // Told below, in the administrator's language.
  }
  return { faults: [{ pointer: '/authentication/claims', code: 'claims-no-object', detail: '' }] };
}

/** Without the spaces and line breaks that come along when a URL is copied. */
export function pasted(text: string): string {
  return text.replace(/[\r\n\t]/g, '').trim();
}

/** A secret as it was typed. It is left out to keep the saved one; where there is none, the API refuses the empty text. */
function typed({ value, savedAt }: SecretDraft): string | undefined {
  return savedAt === null ? value.trim() : given(value.trim());
}

/** The text, or nothing in place of an empty one. */
export function given(text: string): string | undefined {
  return text === '' ? undefined : text;
}

export function lines(text: string): string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter(Boolean);
}
