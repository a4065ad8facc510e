import type { Webhook } from '../api/api';
import { go } from './go';
import { java } from './java';
import { node } from './node';
import { python } from './python';

export const LANGUAGES = ['node', 'python', 'java', 'go'] as const;
export type SnippetLanguage = (typeof LANGUAGES)[number];

export interface Snippet {
  /** What the developer installs first. */
  install: string;
  /** A function that tells whether a request is this webhook's, from its headers and its body. */
  code: string;
}

/** What has to be true of a webhook's tokens. */
export interface Token {
  algorithm: string;
  /** Where the public keys are; null for a secret that both sides share. */
  keysUrl: string | null;
  header: string;
  /** What stands before the token, with the space behind it. */
  prefix: string;
  issuer: string | null;
  subject: string | null;
  /** The token names one of them, if any are listed. */
  audience: string[];
  /** Whether the token is bound to the event and the body that it comes with. */
  isBound: boolean;
}

/** How a language verifies requests. */
export interface Language {
  token: (token: Token) => Snippet;
  /** A Standard Webhooks signature with a secret that both sides share. */
  sharedSecret: Snippet;
  /** A Standard Webhooks signature with an Ed25519 key, given as base64. */
  publicKey: (key: string) => Snippet;
}

const languages: Record<SnippetLanguage, Language> = { node, python, java, go };

/**
 * Code that verifies this webhook's requests, with its settings filled in; null where there is nothing to verify, or the
 * authorization server says how. `api` is the API's own URL, without a
 * slash behind it.
 */
export function snippet(webhook: Webhook, language: SnippetLanguage, api: string): Snippet | null {
  const { authentication } = webhook;
  const { token, sharedSecret, publicKey } = languages[language];
  switch (authentication.type) {
    case 'none':
    case 'oauth2ClientCredentials':
      return null;
    case 'standardWebhooks':
      return authentication.publicKey
        ? publicKey(authentication.publicKey.replace(/^whpk_/, ''))
        : sharedSecret;
    case 'jwt':
      return token({
        algorithm: authentication.algorithm,
        keysUrl: authentication.jwksUri ? api + authentication.jwksUri : null,
        header: authentication.headerName.toLowerCase(),
        prefix: authentication.headerPrefix ? `${authentication.headerPrefix} ` : '',
        issuer: authentication.issuer ?? null,
        subject: authentication.subject ?? null,
        audience: authentication.audience.length
          ? authentication.audience
          : authentication.tokenPerDelivery
            ? [webhook.url]
            : [],
        isBound: authentication.tokenPerDelivery,
      });
  }
}
