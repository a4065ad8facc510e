// Verifies the tokens of deliveries with jose.
import { createHash } from "node:crypto";
import { text } from "node:stream/consumers";

import { calculateJwkThumbprint, createRemoteJWKSet, decodeProtectedHeader, errors, jwtVerify } from "jose";

const REQUIRED = ["iss", "aud", "exp", "nbf", "iat", "jti"];

/** Fails with `what` unless the two are equal. */
function assertEqual(actual, expected, what) {
  if (actual !== expected) {
    throw new Error(`${what}: ${actual} instead of ${expected}`);
  }
}

async function verify(delivery) {
  const key = delivery.jwksUri
    ? createRemoteJWKSet(new URL(delivery.jwksUri))
    : new TextEncoder().encode(delivery.secret);
  const options = {
    algorithms: [delivery.algorithm],
    issuer: delivery.issuer,
    audience: delivery.audience,
    requiredClaims: REQUIRED,
  };
  const { payload } = await jwtVerify(delivery.token, key, options);
  if (delivery.isBound) {
    const digest = createHash("sha256").update(delivery.body).digest("base64url");
    assertEqual(payload.body_sha256, digest, "body_sha256");
    assertEqual(payload.jti, delivery.eventId, "jti");
  }
  if (delivery.jwksUri) {
    const { keys } = await (await fetch(delivery.jwksUri)).json();
    const { kid } = decodeProtectedHeader(delivery.token);
    const published = keys.find((candidate) => candidate.kid === kid);
    assertEqual(kid, await calculateJwkThumbprint(published), "kid");
    assertEqual(published.use, "sig", "use");
    assertEqual(published.alg, delivery.algorithm, "alg");
  }
  // A referee that lets everything pass would be none.
  const [header, , signature] = delivery.token.split(".");
  const forged = Buffer.from(JSON.stringify({ ...payload, sub: "somebody else" })).toString("base64url");
  const refused = jwtVerify(`${header}.${forged}.${signature}`, key, options).then(
    () => false,
    (error) => error instanceof errors.JWSSignatureVerificationFailed,
  );
  assertEqual(await refused, true, "a forged token is refused");
}

const deliveries = JSON.parse(await text(process.stdin));
for (const delivery of deliveries) {
  try {
    await verify(delivery);
  } catch (error) {
    console.error(`jose: ${delivery.algorithm}, ${delivery.eventId}: ${error.message}`);
    process.exit(1);
  }
}
console.log(`jose verified ${deliveries.length} tokens`);
