import type { Webhook } from '../api/api';
import {
  type AuthenticationType,
  type Draft,
  emptyJwt,
  emptyOAuth,
  emptySignature,
  type JwtDraft,
  type OAuthDraft,
  type SignatureDraft,
  statusesInOrder,
} from './draft';

type Saved<Type extends AuthenticationType> = Extract<Webhook['authentication'], { type: Type }>;

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
