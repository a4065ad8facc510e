"""Judges the signatures of a request as the developer of an endpoint would, in Python.

Reads {"body", "headers", "secrets", "publicKeys"} as JSON from standard input. Each shared secret (whsec_…) has to verify
by the specification's own library, and each public key (whpk_…), which that library does not know, by `cryptography`.
"""

import base64
import json
import sys

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from standardwebhooks import Webhook

request = json.load(sys.stdin)
body, headers = request["body"], request["headers"]

for secret in request["secrets"]:
    Webhook(secret).verify(body, headers)

signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{body}".encode()
signatures = [signature.split(",", 1) for signature in headers["webhook-signature"].split(" ")]
asymmetric = [base64.b64decode(text, validate=True) for scheme, text in signatures if scheme == "v1a"]
for text in request["publicKeys"]:
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(text.removeprefix("whpk_"), validate=True))
    (signature,) = asymmetric
    key.verify(signature, signed)
