import type { Webhook } from '../api/api';
import { isShared } from '../editor/draft';
import { publicKey, sharedSecret } from './signatureSnippets';

export const LANGUAGES = ['node', 'python', 'java', 'go'] as const;
export type SnippetLanguage = (typeof LANGUAGES)[number];

export interface Snippet {
  /** What the developer installs first. */
  install: string;
  code: string;
}

type Jwt = Extract<Webhook['authentication'], { type: 'jwt' }>;

/**
 * Code that verifies this webhook's requests, with its settings filled in; null where there is nothing to verify, or the
 * authorization server says how.
 */
export function snippet(webhook: Webhook, language: SnippetLanguage): Snippet | null {
  const { authentication } = webhook;
  switch (authentication.type) {
    case 'none':
    case 'oauth2ClientCredentials':
      return null;
    case 'standardWebhooks':
      return (authentication.publicKey ? publicKey(authentication.publicKey) : sharedSecret)[language];
    case 'jwt':
      return { node, python, java, go }[language](authentication);
  }
}

/** A literal in any of the languages: all of them read JSON's strings. */
const text = (value: string) => JSON.stringify(value);
const prefixOf = (jwt: Jwt) => (jwt.headerPrefix ? `${jwt.headerPrefix} ` : '');

function node(jwt: Jwt): Snippet {
  const shared = isShared(jwt.algorithm);
  const options = [
    `algorithms: [${text(jwt.algorithm)}]`,
    jwt.issuer && `issuer: ${text(jwt.issuer)}`,
    jwt.subject && `subject: ${text(jwt.subject)}`,
    jwt.audience.length && `audience: ${JSON.stringify(jwt.audience)}`,
    `requiredClaims: ['exp']`,
    'clockTolerance: 30',
  ].filter(Boolean);
  return {
    install: 'npm install jose express',
    code: `import express from 'express';
import { ${shared ? '' : 'importSPKI, '}jwtVerify } from 'jose';

${
  shared
    ? `const key = new TextEncoder().encode(process.env.WEBHOOK_SECRET);`
    : `const key = await importSPKI(process.env.WEBHOOK_PUBLIC_KEY, ${text(jwt.algorithm)});`
}
const app = express();

app.post('/feedback', express.json(), async (request, response) => {
  const header = request.get(${text(jwt.headerName)}) ?? '';
  if (!header.startsWith(${text(prefixOf(jwt))})) return response.sendStatus(401);
  try {
    await jwtVerify(header.slice(${prefixOf(jwt).length}), key, {
      ${options.join(',\n      ')},
    });
  } catch {
    return response.sendStatus(401);
  }
  // The same event may come again: webhook-id is its idempotency key.
  await store(request.get('webhook-id'), request.body);
  response.sendStatus(204);
});

app.listen(8443);
`,
  };
}

function python(jwt: Jwt): Snippet {
  const shared = isShared(jwt.algorithm);
  const required = ['exp', 'iat', jwt.issuer && 'iss', jwt.audience.length && 'aud'].filter(Boolean);
  const options = [
    `algorithms=[${text(jwt.algorithm)}]`,
    jwt.issuer && `issuer=${text(jwt.issuer)}`,
    jwt.subject && `subject=${text(jwt.subject)}`,
    jwt.audience.length && `audience=${JSON.stringify(jwt.audience)}`,
    'leeway=30',
    `options={"require": ${JSON.stringify(required)}}`,
  ].filter(Boolean);
  return {
    install: 'pip install "pyjwt[crypto]" flask',
    code: `import os

import jwt
from flask import Flask, abort, request

KEY = os.environ[${shared ? '"WEBHOOK_SECRET"' : '"WEBHOOK_PUBLIC_KEY"'}]
PREFIX = ${text(prefixOf(jwt))}
app = Flask(__name__)


@app.post("/feedback")
def feedback():
    header = request.headers.get(${text(jwt.headerName)}, "")
    if not header.startswith(PREFIX):
        abort(401)
    try:
        jwt.decode(
            header[len(PREFIX):],
            KEY,
            ${options.join(',\n            ')},
        )
    except jwt.PyJWTError:
        abort(401)
    # The same event may come again: webhook-id is its idempotency key.
    store(request.headers["webhook-id"], request.get_json())
    return "", 204
`,
  };
}

const JAVA_ALGORITHMS: Partial<Record<string, string>> = { EdDSA: 'Ed25519' };

function java(jwt: Jwt): Snippet {
  const shared = isShared(jwt.algorithm);
  const family = jwt.algorithm.startsWith('ES') ? 'EC' : (JAVA_ALGORITHMS[jwt.algorithm] ?? 'RSA');
  const claims = [
    jwt.issuer && `.issuer(${text(jwt.issuer)})`,
    jwt.subject && `.subject(${text(jwt.subject)})`,
  ].filter(Boolean);
  const audience = jwt.audience.length ? `Set.of(${jwt.audience.map(text).join(', ')})` : 'null';
  const verifier = shared
    ? `new MACVerifier(System.getenv("WEBHOOK_SECRET").getBytes(UTF_8))`
    : family === 'EC'
      ? `new ECDSAVerifier((ECPublicKey) publicKey())`
      : family === 'RSA'
        ? `new RSASSAVerifier((RSAPublicKey) publicKey())`
        : `new Ed25519Verifier(OctetKeyPair.parse(System.getenv("WEBHOOK_PUBLIC_JWK")))`;
  const publicKey =
    shared || family === 'Ed25519'
      ? ''
      : `
    private static PublicKey publicKey() throws GeneralSecurityException {
        String pem = System.getenv("WEBHOOK_PUBLIC_KEY").replaceAll("-----[A-Z ]+-----|\\\\s", "");
        return KeyFactory.getInstance("${family}").generatePublic(new X509EncodedKeySpec(Base64.getDecoder().decode(pem)));
    }
`;
  const imports = [
    shared
      ? 'com.nimbusds.jose.crypto.MACVerifier'
      : family === 'EC'
        ? 'com.nimbusds.jose.crypto.ECDSAVerifier'
        : family === 'RSA'
          ? 'com.nimbusds.jose.crypto.RSASSAVerifier'
          : 'com.nimbusds.jose.crypto.Ed25519Verifier',
    'com.nimbusds.jose.JWSAlgorithm',
    ...(family === 'Ed25519' ? ['com.nimbusds.jose.jwk.OctetKeyPair'] : []),
    'com.nimbusds.jwt.JWTClaimsSet',
    'com.nimbusds.jwt.SignedJWT',
    'com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier',
    ...(publicKey
      ? [
          'java.security.GeneralSecurityException',
          'java.security.KeyFactory',
          'java.security.PublicKey',
          family === 'EC' ? 'java.security.interfaces.ECPublicKey' : 'java.security.interfaces.RSAPublicKey',
          'java.security.spec.X509EncodedKeySpec',
          'java.util.Base64',
        ]
      : []),
    'java.util.Set',
  ];
  return {
    install:
      family === 'Ed25519'
        ? 'com.nimbusds:nimbus-jose-jwt, com.google.crypto.tink:tink'
        : 'com.nimbusds:nimbus-jose-jwt',
    code: `${shared ? 'import static java.nio.charset.StandardCharsets.UTF_8;\n\n' : ''}${imports.map((name) => `import ${name};`).join('\n')}

final class FeedbackToken {
    private static final String PREFIX = ${text(prefixOf(jwt))};

    /** Whether the value of the header ${jwt.headerName} is a token of this webhook. */
    static boolean isGenuine(String header) {
        if (header == null || !header.startsWith(PREFIX)) return false;
        try {
            SignedJWT token = SignedJWT.parse(header.substring(PREFIX.length()));
            if (!token.getHeader().getAlgorithm().equals(JWSAlgorithm.${jwt.algorithm})) return false;
            if (!token.verify(${verifier})) return false;
            JWTClaimsSet expected = new JWTClaimsSet.Builder()${claims.join('')}.build();
            new DefaultJWTClaimsVerifier<>(${audience}, expected, Set.of("exp", "iat"), null)
                .verify(token.getJWTClaimsSet(), null);
            return true;
        } catch (Exception refused) {
            return false;
        }
    }
${publicKey}}
`,
  };
}

function go(jwt: Jwt): Snippet {
  const shared = isShared(jwt.algorithm);
  const parse = jwt.algorithm.startsWith('ES')
    ? 'jwt.ParseECPublicKeyFromPEM'
    : jwt.algorithm === 'EdDSA'
      ? 'jwt.ParseEdPublicKeyFromPEM'
      : 'jwt.ParseRSAPublicKeyFromPEM';
  const options = [
    `jwt.WithValidMethods([]string{${text(jwt.algorithm)}})`,
    jwt.issuer && `jwt.WithIssuer(${text(jwt.issuer)})`,
    jwt.subject && `jwt.WithSubject(${text(jwt.subject)})`,
    jwt.audience.length && `jwt.WithAudience(${jwt.audience.map(text).join(', ')})`,
    'jwt.WithExpirationRequired()',
    'jwt.WithLeeway(30*time.Second)',
  ].filter(Boolean);
  return {
    install: 'go get github.com/golang-jwt/jwt/v5',
    code: `package main

import (
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const prefix = ${text(prefixOf(jwt))}

func key(*jwt.Token) (any, error) {
	${shared ? 'return []byte(os.Getenv("WEBHOOK_SECRET")), nil' : `return ${parse}([]byte(os.Getenv("WEBHOOK_PUBLIC_KEY")))`}
}

func feedback(w http.ResponseWriter, r *http.Request) {
	token, found := strings.CutPrefix(r.Header.Get(${text(jwt.headerName)}), prefix)
	_, err := jwt.Parse(token, key,
		${options.join(',\n\t\t')},
	)
	if !found || err != nil {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	// The same event may come again: webhook-id is its idempotency key.
	store(r.Header.Get("webhook-id"), r.Body)
	w.WriteHeader(http.StatusNoContent)
}
`,
  };
}
