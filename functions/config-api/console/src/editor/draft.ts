import type { Algorithm, Channel, Webhook } from '../api/api';

export type AuthenticationType = Webhook['authentication']['type'];

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

export const emptySignature: SignatureDraft = {
  scheme: 'v1',
  secret: { value: '', savedAt: null },
  source: 'generated',
  keepPrevious: true,
};

export const emptyOAuth: OAuthDraft = {
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
