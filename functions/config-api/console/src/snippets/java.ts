import { present, SIGNATURE_TOLERANCE, text, texts, TOKEN_LEEWAY } from './literal';
import type { Language, Snippet, Token } from './snippet';

const ABOUT = `    /** Whether a request is ours: its headers by a method such as request::getHeader, and the body as it came. */`;

function token({ algorithm, keysUrl, header, prefix, issuer, subject, audience, isBound }: Token): Snippet {
  const expected = present([
    keysUrl
      ? `.setVerificationKeyResolver(new HttpsJwksVerificationKeyResolver(new HttpsJwks(${text(keysUrl)})))`
      : '.setVerificationKey(new HmacKey(System.getenv("WEBHOOK_SECRET").getBytes(UTF_8)))',
    `.setJwsAlgorithmConstraints(ConstraintType.PERMIT, ${text(algorithm)})`,
    issuer !== null && `.setExpectedIssuer(${text(issuer)})`,
    subject !== null && `.setExpectedSubject(${text(subject)})`,
    audience.length > 0 && `.setExpectedAudience(${texts(audience)})`,
    '.setRequireExpirationTime()',
    `.setAllowedClockSkewInSeconds(${TOKEN_LEEWAY})`,
    '.build()',
  ]);
  const imports = present([
    isBound && 'java.security.GeneralSecurityException',
    isBound && 'java.security.MessageDigest',
    isBound && 'java.util.Base64',
    isBound && 'java.util.Objects',
    'java.util.function.UnaryOperator',
    'org.jose4j.jwa.AlgorithmConstraints.ConstraintType',
    keysUrl !== null && 'org.jose4j.jwk.HttpsJwks',
    isBound && 'org.jose4j.jwt.JwtClaims',
    'org.jose4j.jwt.consumer.InvalidJwtException',
    'org.jose4j.jwt.consumer.JwtConsumer',
    'org.jose4j.jwt.consumer.JwtConsumerBuilder',
    keysUrl ? 'org.jose4j.keys.resolvers.HttpsJwksVerificationKeyResolver' : 'org.jose4j.keys.HmacKey',
  ]);
  const accept = isBound
    ? `JwtClaims claims = CONSUMER.processToClaims(value.substring(PREFIX.length()));
            // The token belongs to this event and this body, and is of no use with others.
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(body);
            String encoded = Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
            return encoded.equals(claims.getClaimValueAsString("body_sha256"))
                && Objects.equals(claims.getClaimValueAsString("jti"), header.apply("webhook-id"));
        } catch (InvalidJwtException | GeneralSecurityException refused) {`
    : `CONSUMER.processToClaims(value.substring(PREFIX.length()));
            return true;
        } catch (InvalidJwtException refused) {`;
  return {
    install: 'org.bitbucket.b_c:jose4j',
    code: `${keysUrl ? '' : 'import static java.nio.charset.StandardCharsets.UTF_8;\n\n'}${imports.map((name) => `import ${name};`).join('\n')}

final class FeedbackRequest {
    private static final String PREFIX = ${text(prefix)};
    private static final JwtConsumer CONSUMER = new JwtConsumerBuilder()
        ${expected.join('\n        ')};

${ABOUT}
    static boolean isGenuine(UnaryOperator<String> header, byte[] body) {
        String value = header.apply(${text(header)});
        if (value == null || !value.startsWith(PREFIX)) return false;
        try {
            ${accept}
            return false;
        }
    }
}
`,
  };
}

/** A signature in Java, which brings what is needed for both kinds. */
function signature(kind: { version: string; imports: string[]; key: string; isValid: string }): Snippet {
  const imports = [
    'java.security.GeneralSecurityException',
    'java.time.Instant',
    'java.util.Base64',
    'java.util.function.UnaryOperator',
    ...kind.imports,
  ].toSorted();
  return {
    install: '// Java 17 brings what is needed.',
    code: `import static java.nio.charset.StandardCharsets.UTF_8;

${imports.map((name) => `import ${name};`).join('\n')}

final class FeedbackRequest {
    ${kind.key}

${ABOUT}
    static boolean isGenuine(UnaryOperator<String> header, byte[] body) {
        String id = header.apply("webhook-id");
        String timestamp = header.apply("webhook-timestamp");
        String signatures = header.apply("webhook-signature");
        if (id == null || timestamp == null || signatures == null || !isRecent(timestamp)) return false;
        byte[] start = (id + "." + timestamp + ".").getBytes(UTF_8);
        for (String each : signatures.split(" "))
            if (each.startsWith("${kind.version},") && isValid(start, body, each.substring(${kind.version.length + 1}))) return true;
        return false;
    }

    private static boolean isRecent(String timestamp) {
        try {
            return Math.abs(Instant.now().getEpochSecond() - Long.parseLong(timestamp)) <= ${SIGNATURE_TOLERANCE};
        } catch (NumberFormatException refused) {
            return false;
        }
    }

    private static boolean isValid(byte[] start, byte[] body, String signature) {
        try {
            ${kind.isValid.replaceAll('\n', '\n            ')}
        } catch (GeneralSecurityException | IllegalArgumentException refused) {
            return false;
        }
    }
}
`,
  };
}

const sharedSecret = signature({
  version: 'v1',
  imports: ['java.security.MessageDigest', 'javax.crypto.Mac', 'javax.crypto.spec.SecretKeySpec'],
  key: `private static final byte[] SECRET =
        Base64.getDecoder().decode(System.getenv("WEBHOOK_SECRET").replace("whsec_", ""));`,
  isValid: `Mac mac = Mac.getInstance("HmacSHA256");
mac.init(new SecretKeySpec(SECRET, "HmacSHA256"));
mac.update(start);
return MessageDigest.isEqual(mac.doFinal(body), Base64.getDecoder().decode(signature));`,
});

const publicKey = (key: string) =>
  signature({
    version: 'v1a',
    imports: [
      'java.security.KeyFactory',
      'java.security.Signature',
      'java.security.spec.X509EncodedKeySpec',
      'java.util.HexFormat',
    ],
    key: `// What stands before the 32 bytes of an Ed25519 key in X.509 form (RFC 8410).
    private static final String FORM = "302a300506032b6570032100";
    private static final byte[] KEY = HexFormat.of().parseHex(
        FORM + HexFormat.of().formatHex(Base64.getDecoder().decode(${text(key)})));`,
    isValid: `Signature verifier = Signature.getInstance("Ed25519");
verifier.initVerify(KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(KEY)));
verifier.update(start);
verifier.update(body);
return verifier.verify(Base64.getDecoder().decode(signature));`,
  });

export const java: Language = { token, sharedSecret, publicKey };
