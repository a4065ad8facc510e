import type { Snippet, SnippetLanguage } from './snippets';

/** Code that verifies a Standard Webhooks signature with a shared secret, by the specification's own libraries. */
export const sharedSecret: Record<SnippetLanguage, Snippet> = {
  node: {
    install: 'npm install standardwebhooks express',
    code: `import express from 'express';
import { Webhook } from 'standardwebhooks';

const webhook = new Webhook(process.env.WEBHOOK_SECRET);
const app = express();

// The signature covers the bytes as they came, so they are not parsed before.
app.post('/feedback', express.text({ type: 'application/json' }), async (request, response) => {
  let event;
  try {
    event = webhook.verify(request.body, request.headers);
  } catch {
    return response.sendStatus(401);
  }
  // The same event may come again: webhook-id is its idempotency key.
  await store(request.get('webhook-id'), event);
  response.sendStatus(204);
});

app.listen(8443);
`,
  },
  python: {
    install: 'pip install standardwebhooks flask',
    code: `import os

from flask import Flask, abort, request
from standardwebhooks import Webhook, WebhookVerificationError

webhook = Webhook(os.environ["WEBHOOK_SECRET"])
app = Flask(__name__)


@app.post("/feedback")
def feedback():
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        event = webhook.verify(request.get_data(), headers)
    except WebhookVerificationError:
        abort(401)
    # The same event may come again: webhook-id is its idempotency key.
    store(headers["webhook-id"], event)
    return "", 204
`,
  },
  java: {
    install: 'com.standardwebhooks:standardwebhooks',
    code: `import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.WebhookVerificationException;
import java.net.http.HttpHeaders;

final class FeedbackSignature {
    private static final Webhook WEBHOOK = new Webhook(System.getenv("WEBHOOK_SECRET"));

    /** Whether a request is ours. The body is as it came, not parsed and written again. */
    static boolean isGenuine(String body, HttpHeaders headers) {
        try {
            WEBHOOK.verify(body, headers);
            return true;
        } catch (WebhookVerificationException refused) {
            return false;
        }
    }
}
`,
  },
  go: {
    install: 'go get github.com/standard-webhooks/standard-webhooks/libraries',
    code: `package main

import (
	"io"
	"net/http"
	"os"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

func feedback(w http.ResponseWriter, r *http.Request) {
	webhook, err := standardwebhooks.NewWebhook(os.Getenv("WEBHOOK_SECRET"))
	if err != nil {
		http.Error(w, "WEBHOOK_SECRET", http.StatusInternalServerError)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil || webhook.Verify(body, r.Header) != nil {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	// The same event may come again: webhook-id is its idempotency key.
	store(r.Header.Get("webhook-id"), body)
	w.WriteHeader(http.StatusNoContent)
}
`,
  },
};

/** Seconds by which a timestamp may differ from the receiver's clock, as the specification's libraries have it. */
const TOLERANCE = 300;

/** Code that verifies a Standard Webhooks signature with a public key. Its libraries know shared secrets only. */
export function publicKey(key: string): Record<SnippetLanguage, Snippet> {
  const raw = key.replace(/^whpk_/, '');
  return {
    node: {
      install: '# Node.js brings what is needed.',
      code: `import { createPublicKey, verify } from 'node:crypto';

const raw = Buffer.from('${raw}', 'base64');
const key = createPublicKey({
  key: { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') },
  format: 'jwk',
});

/** Whether a request is ours. The body is as it came, not parsed and written again. */
export function isGenuine(headers, body) {
  const [id, timestamp] = [headers['webhook-id'], headers['webhook-timestamp']];
  if (!(Math.abs(Date.now() / 1000 - Number(timestamp)) < ${TOLERANCE})) return false;
  const signed = Buffer.from(\`\${id}.\${timestamp}.\${body}\`);
  return String(headers['webhook-signature'] ?? '').split(' ').some((signature) => {
    const [version, value = ''] = signature.split(',');
    return version === 'v1a' && verify(null, signed, key, Buffer.from(value, 'base64'));
  });
}
`,
    },
    python: {
      install: 'pip install cryptography',
      code: `import time
from base64 import b64decode

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

KEY = Ed25519PublicKey.from_public_bytes(b64decode("${raw}"))


def is_genuine(headers, body: bytes) -> bool:
    """Whether a request is ours. The body is as it came, not parsed and written again."""
    try:
        if abs(time.time() - int(headers["webhook-timestamp"])) > ${TOLERANCE}:
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
    },
    java: {
      install: '// Java 15 or newer brings what is needed.',
      code: `import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;

final class FeedbackSignature {
    private static final byte[] KEY = Base64.getDecoder().decode("${raw}");
    // What stands before the 32 bytes of an Ed25519 key in X.509 form (RFC 8410).
    private static final byte[] PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");

    /** Whether a request is ours. The body is as it came, not parsed and written again. */
    static boolean isGenuine(String id, String timestamp, String signatures, byte[] body) {
        try {
            if (Math.abs(Instant.now().getEpochSecond() - Long.parseLong(timestamp)) > ${TOLERANCE}) return false;
            byte[] encoded = new byte[PREFIX.length + KEY.length];
            System.arraycopy(PREFIX, 0, encoded, 0, PREFIX.length);
            System.arraycopy(KEY, 0, encoded, PREFIX.length, KEY.length);
            PublicKey key = KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded));
            for (String signature : signatures.split(" ")) {
                if (!signature.startsWith("v1a,")) continue;
                Signature verifier = Signature.getInstance("Ed25519");
                verifier.initVerify(key);
                verifier.update((id + "." + timestamp + ".").getBytes(UTF_8));
                verifier.update(body);
                if (verifier.verify(Base64.getDecoder().decode(signature.substring(4)))) return true;
            }
            return false;
        } catch (GeneralSecurityException | IllegalArgumentException refused) {
            return false;
        }
    }
}
`,
    },
    go: {
      install: '// The standard library is enough.',
      code: `package main

import (
	"crypto/ed25519"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const key = "${raw}"

// isGenuine tells whether a request is ours. The body is as it came, not parsed and written again.
func isGenuine(header http.Header, body []byte) bool {
	public, err := base64.StdEncoding.DecodeString(key)
	if err != nil {
		return false
	}
	id, timestamp := header.Get("webhook-id"), header.Get("webhook-timestamp")
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil || time.Since(time.Unix(seconds, 0)).Abs() > ${TOLERANCE}*time.Second {
		return false
	}
	signed := append([]byte(id+"."+timestamp+"."), body...)
	for _, signature := range strings.Fields(header.Get("webhook-signature")) {
		version, value, _ := strings.Cut(signature, ",")
		raw, err := base64.StdEncoding.DecodeString(value)
		if version == "v1a" && err == nil && ed25519.Verify(public, signed, raw) {
			return true
		}
	}
	return false
}
`,
    },
  };
}
