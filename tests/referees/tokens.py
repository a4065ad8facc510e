"""Verifies the tokens of deliveries with PyJWT."""

import base64
import hashlib
import json
import sys

import jwt

REQUIRED = ["iss", "aud", "exp", "nbf", "iat", "jti"]


def verify(delivery: dict) -> None:
    """Check one delivery.

    # Errors
    `jwt.PyJWTError` or `AssertionError` if something is not as it should be.
    """
    token = delivery["token"]
    if "jwksUri" in delivery:
        key = jwt.PyJWKClient(delivery["jwksUri"]).get_signing_key_from_jwt(token).key
    else:
        key = delivery["secret"]
    expected = {
        "algorithms": [delivery["algorithm"]],
        "issuer": delivery["issuer"],
        "audience": delivery["audience"],
        "options": {"require": REQUIRED},
    }
    claims = jwt.decode(token, key, **expected)
    if delivery["isBound"]:
        digest = hashlib.sha256(delivery["body"].encode()).digest()
        assert claims["body_sha256"] == base64url(digest), "body_sha256"
        assert claims["jti"] == delivery["eventId"], "jti"
    # A referee that lets everything pass would be none.
    header, _, signature = token.split(".")
    forged = base64url(json.dumps(claims | {"sub": "somebody else"}).encode())
    try:
        jwt.decode(f"{header}.{forged}.{signature}", key, **expected)
    except jwt.InvalidSignatureError:
        return
    raise AssertionError("a forged token is accepted")


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def main() -> int:
    """Check the deliveries on standard input, and return the exit code."""
    deliveries = json.load(sys.stdin)
    for delivery in deliveries:
        try:
            verify(delivery)
        except (jwt.PyJWTError, AssertionError) as error:
            print(
                f"PyJWT: {delivery['algorithm']}, {delivery['eventId']}: {error!r}",
                file=sys.stderr,
            )
            return 1
    print(f"PyJWT verified {len(deliveries)} tokens")
    return 0


if __name__ == "__main__":
    sys.exit(main())
