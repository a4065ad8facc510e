import type { AuthenticationRequest, WebhookRequest } from '../api/api';
import type { FieldFault } from '../api/problem';
import { type Draft, isShared, type JwtDraft, type OAuthDraft, type SignatureDraft } from './draft';
import { given, lines, pasted, typed } from './typed';

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
