import { present, SIGNATURE_TOLERANCE, text, texts, TOKEN_LEEWAY } from './literal';
import type { Language, Token } from './snippet';

const ABOUT =
  "/** Whether a request is ours. The body is as it came, such as from express.raw({ type: 'application/json' }). */";

function token({ algorithm, keysUrl, header, prefix, issuer, subject, audience, isBound }: Token) {
  const expected = present([
    `algorithms: [${text(algorithm)}]`,
    issuer !== null && `issuer: ${text(issuer)}`,
    subject !== null && `subject: ${text(subject)}`,
    audience.length > 0 && `audience: [${texts(audience)}]`,
    `requiredClaims: ['exp']`,
    `clockTolerance: ${TOKEN_LEEWAY}`,
  ]);
  const key = keysUrl
    ? `const key = createRemoteJWKSet(new URL(${text(keysUrl)}));`
    : 'const key = new TextEncoder().encode(process.env.WEBHOOK_SECRET);';
  return {
    install: 'npm install jose',
    code: `${isBound ? `import { createHash } from 'node:crypto';\n\n` : ''}import { ${keysUrl ? 'createRemoteJWKSet, ' : ''}jwtVerify } from 'jose';

${key}
const PREFIX = ${text(prefix)};

${ABOUT}
export async function isGenuine(headers, body) {
  const header = headers[${text(header)}] ?? '';
  if (!header.startsWith(PREFIX)) return false;
  try {
    ${isBound ? 'const { payload } = ' : ''}await jwtVerify(header.slice(PREFIX.length), key, {
      ${expected.join(',\n      ')},
    });
${
  isBound
    ? `    // The token belongs to this event and this body, and is of no use with others.
    const digest = createHash('sha256').update(body).digest('base64url');
    return payload.jti === headers['webhook-id'] && payload.body_sha256 === digest;`
    : '    return true;'
}
  } catch {
    return false;
  }
}
`,
  };
}

const sharedSecret = {
  install: 'npm install standardwebhooks',
  code: `import { Webhook } from 'standardwebhooks';

const webhook = new Webhook(process.env.WEBHOOK_SECRET);

${ABOUT}
export function isGenuine(headers, body) {
  try {
    webhook.verify(body, headers);
    return true;
  } catch {
    return false;
  }
}
`,
};

/** Written out, because the specification's libraries know shared secrets only. */
const publicKey = (key: string) => ({
  install: '# Node.js brings what is needed.',
  code: `import { createPublicKey, verify } from 'node:crypto';

const raw = Buffer.from(${text(key)}, 'base64');
const key = createPublicKey({
  key: { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') },
  format: 'jwk',
});

${ABOUT}
export function isGenuine(headers, body) {
  const [id, timestamp] = [headers['webhook-id'], headers['webhook-timestamp']];
  if (!(Math.abs(Date.now() / 1000 - Number(timestamp)) < ${SIGNATURE_TOLERANCE})) return false;
  const signed = Buffer.concat([Buffer.from(\`\${id}.\${timestamp}.\`), Buffer.from(body)]);
  return String(headers['webhook-signature'] ?? '').split(' ').some((signature) => {
    const [version, value = ''] = signature.split(',');
    return version === 'v1a' && verify(null, signed, key, Buffer.from(value, 'base64'));
  });
}
`,
});

export const node: Language = { token, sharedSecret, publicKey };
