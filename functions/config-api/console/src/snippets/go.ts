import { present, SIGNATURE_TOLERANCE, text, texts, TOKEN_LEEWAY } from './literal';
import type { Language, Snippet, Token } from './snippet';

const ABOUT =
  '// IsGenuine tells whether a request is ours. The body is as it came, such as from io.ReadAll.';
const imports = (paths: string[]) => paths.map((path) => `\t${text(path)}`).join('\n');

function token({ algorithm, keysUrl, header, prefix, issuer, subject, audience, isBound }: Token): Snippet {
  const expected = present([
    `jwt.WithValidMethods([]string{${text(algorithm)}})`,
    issuer !== null && `jwt.WithIssuer(${text(issuer)})`,
    subject !== null && `jwt.WithSubject(${text(subject)})`,
    audience.length > 0 && `jwt.WithAudience(${texts(audience)})`,
    'jwt.WithExpirationRequired()',
    `jwt.WithLeeway(${TOKEN_LEEWAY}*time.Second)`,
  ]);
  const standard = present([
    isBound && 'crypto/sha256',
    isBound && 'encoding/base64',
    'net/http',
    !keysUrl && 'os',
    'strings',
    'time',
  ]);
  const libraries = present([keysUrl && 'github.com/MicahParks/keyfunc/v3', 'github.com/golang-jwt/jwt/v5']);
  const key = keysUrl
    ? `// keys reads the public keys when they are needed first, and anew when a key id is unknown.
var keys, unusable = keyfunc.NewDefault([]string{${text(keysUrl)}})`
    : `func key(*jwt.Token) (any, error) {
	return []byte(os.Getenv("WEBHOOK_SECRET")), nil
}`;
  return {
    install: `go get ${libraries.join(' ')}`,
    code: `package feedback

import (
${imports(standard)}

${imports(libraries)}
)

const prefix = ${text(prefix)}

${key}

${ABOUT}
func IsGenuine(header http.Header, body []byte) bool {
	value := header.Get(${text(header)})
	if ${keysUrl ? 'unusable != nil || ' : ''}!strings.HasPrefix(value, prefix) {
		return false
	}
	claims := jwt.MapClaims{}
	_, err := jwt.ParseWithClaims(value[len(prefix):], claims, ${keysUrl ? 'keys.Keyfunc' : 'key'},
		${expected.join(',\n\t\t')},
	)
${
  isBound
    ? `	// The token belongs to this event and this body, and is of no use with others.
	digest := sha256.Sum256(body)
	return err == nil &&
		claims["jti"] == header.Get("webhook-id") &&
		claims["body_sha256"] == base64.RawURLEncoding.EncodeToString(digest[:])`
    : '	return err == nil'
}
}
`,
  };
}

/** A signature in Go, whose standard library is enough for both kinds. */
function signature(kind: { version: string; imports: string[]; key: string; isValid: string }): Snippet {
  const standard = ['encoding/base64', 'net/http', 'strconv', 'strings', 'time', ...kind.imports].toSorted();
  return {
    install: '// The standard library is enough.',
    code: `package feedback

import (
${imports(standard)}
)

${ABOUT}
func IsGenuine(header http.Header, body []byte) bool {
	key, err := base64.StdEncoding.DecodeString(${kind.key})
	if err != nil {
		return false
	}
	id, timestamp := header.Get("webhook-id"), header.Get("webhook-timestamp")
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil || time.Since(time.Unix(seconds, 0)).Abs() > ${SIGNATURE_TOLERANCE}*time.Second {
		return false
	}
	signed := append([]byte(id+"."+timestamp+"."), body...)
	for _, each := range strings.Fields(header.Get("webhook-signature")) {
		version, value, _ := strings.Cut(each, ",")
		signature, err := base64.StdEncoding.DecodeString(value)
		if version == "${kind.version}" && err == nil && isValid(key, signed, signature) {
			return true
		}
	}
	return false
}

func isValid(key, signed, signature []byte) bool {
	${kind.isValid}
}
`,
  };
}

const sharedSecret = signature({
  version: 'v1',
  imports: ['crypto/hmac', 'crypto/sha256', 'os'],
  key: 'strings.TrimPrefix(os.Getenv("WEBHOOK_SECRET"), "whsec_")',
  isValid: `mac := hmac.New(sha256.New, key)
	mac.Write(signed)
	return hmac.Equal(mac.Sum(nil), signature)`,
});

const publicKey = (key: string) =>
  signature({
    version: 'v1a',
    imports: ['crypto/ed25519'],
    key: text(key),
    isValid: 'return ed25519.Verify(key, signed, signature)',
  });

export const go: Language = { token, sharedSecret, publicKey };
