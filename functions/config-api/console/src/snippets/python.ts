import { present, SIGNATURE_TOLERANCE, text, texts, TOKEN_LEEWAY } from './literal';
import type { Language, Token } from './snippet';

const ABOUT = '"""Whether a request is ours. With Flask: is_genuine(request.headers, request.get_data())."""';

function token({ algorithm, keysUrl, header, prefix, issuer, subject, audience, isBound }: Token) {
  const required = present(['exp', 'iat', issuer !== null && 'iss', audience.length > 0 && 'aud']);
  const expected = present([
    `algorithms=[${text(algorithm)}]`,
    issuer !== null && `issuer=${text(issuer)}`,
    subject !== null && `subject=${text(subject)}`,
    audience.length > 0 && `audience=[${texts(audience)}]`,
    `leeway=${TOKEN_LEEWAY}`,
    `options={"require": [${texts(required)}]}`,
  ]);
  const imports = present([isBound && 'import base64', isBound && 'import hashlib', !keysUrl && 'import os']);
  return {
    install: `pip install "pyjwt${keysUrl ? '[crypto]' : ''}"`,
    code: `${imports.length ? `${imports.join('\n')}\n\n` : ''}import jwt

${keysUrl ? `KEYS = jwt.PyJWKClient(${text(keysUrl)})` : 'KEY = os.environ["WEBHOOK_SECRET"]'}
PREFIX = ${text(prefix)}


def is_genuine(headers, body: bytes) -> bool:
    ${ABOUT}
    header = headers.get(${text(header)}, "")
    if not header.startswith(PREFIX):
        return False
    token = header[len(PREFIX) :]
    try:
        ${isBound ? 'claims = ' : ''}jwt.decode(
            token,
            ${keysUrl ? 'KEYS.get_signing_key_from_jwt(token).key' : 'KEY'},
            ${expected.join(',\n            ')},
        )
    except jwt.PyJWTError:
        return False
${
  isBound
    ? `    # The token belongs to this event and this body, and is of no use with others.
    digest = base64.urlsafe_b64encode(hashlib.sha256(body).digest()).rstrip(b"=").decode()
    return claims.get("jti") == headers.get("webhook-id") and claims.get("body_sha256") == digest`
    : '    return True'
}
`,
  };
}

const sharedSecret = {
  install: 'pip install standardwebhooks',
  code: `import os

from standardwebhooks import Webhook, WebhookVerificationError

WEBHOOK = Webhook(os.environ["WEBHOOK_SECRET"])


def is_genuine(headers, body: bytes) -> bool:
    ${ABOUT}
    try:
        WEBHOOK.verify(body, dict(headers))
    except WebhookVerificationError:
        return False
    return True
`,
};

/** Written out, because the specification's libraries know shared secrets only. */
const publicKey = (key: string) => ({
  install: 'pip install cryptography',
  code: `import time
from base64 import b64decode

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

KEY = Ed25519PublicKey.from_public_bytes(b64decode(${text(key)}))


def is_genuine(headers, body: bytes) -> bool:
    ${ABOUT}
    try:
        if abs(time.time() - int(headers["webhook-timestamp"])) > ${SIGNATURE_TOLERANCE}:
            return False
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        signatures = headers["webhook-signature"].split()
    except (KeyError, ValueError):
        return False
    for signature in signatures:
        version, _, value = signature.partition(",")
        try:
            if version == "v1a":
                KEY.verify(b64decode(value), signed)
                return True
        except (InvalidSignature, ValueError):
            continue
    return False
`,
});

export const python: Language = { token, sharedSecret, publicKey };
