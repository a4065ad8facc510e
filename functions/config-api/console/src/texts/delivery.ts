import type { Advice } from '../api/api';
import type { Language } from './texts';

type InBoth = Record<Language, string>;

/** What kept an endpoint, or an authorization server, from answering. */
const FAILURES: Record<string, InBoth> = {
  timeout: { en: 'no answer in time', sv: 'inget svar i tid' },
  dns: { en: 'unknown host name', sv: 'okänt värdnamn' },
  'address-refused': { en: 'address not allowed', sv: 'otillåten adress' },
  connect: { en: 'no connection', sv: 'ingen anslutning' },
  tls: { en: 'TLS failed', sv: 'TLS misslyckades' },
  protocol: { en: 'connection broken off', sv: 'avbruten anslutning' },
  body: { en: 'incomplete answer', sv: 'ofullständigt svar' },
  'secret-refused': { en: 'unusable secret', sv: 'oanvändbar hemlighet' },
  'configuration-unreadable': { en: 'unreadable configuration', sv: 'oläsbar konfiguration' },
  unavailable: { en: 'not available', sv: 'inte tillgänglig' },
  'invalid-client': { en: 'unknown client or wrong secret', sv: 'okänd klient eller fel hemlighet' },
  'invalid-scope': { en: 'scope refused', sv: 'omfånget avvisades' },
  'unauthorized-client': { en: 'client not authorized', sv: 'klienten saknar behörighet' },
  refused: { en: 'request refused', sv: 'begäran avvisades' },
  answer: { en: 'unusable answer', sv: 'oanvändbart svar' },
};

const TOKEN_ENDPOINT = 'token-endpoint-';

/**
 * The API's name for a failure in words; one that this console does not know stays as it is. What the system below says of
 * it, behind a colon, is shown as well.
 */
export function failureText(failure: string, language: Language): string {
  const [code = '', cause] = failure.split(/: (.*)/s, 2);
  const text = FAILURES[code.replace(TOKEN_ENDPOINT, '')]?.[language];
  if (!text) return failure;
  const whole = cause ? `${text} (${cause})` : text;
  if (!code.startsWith(TOKEN_ENDPOINT)) return whole;
  return language === 'sv' ? `tokenslutpunkten: ${whole}` : `token endpoint: ${whole}`;
}

/** What to do about a failed test: the API's own words in English, ours by the advice's code in other languages. */
export function adviceText(advice: Advice, language: Language): string {
  return language === 'en' ? advice.text : (swedish[advice.code] ?? advice.text);
}

const swedish: Record<string, string> = {
  'answer-sooner':
    'Slutpunkten dröjde för länge. Den bör ta emot händelsen, genast svara 2xx och arbeta med den efteråt.',
  'check-host-name': 'Värdnamnet är okänt. Kontrollera stavningen och att dess DNS-post är publik.',
  'use-public-address':
    'Värden har en adress som inte är publik, eller så tillåter installationen inte URL:en. Slutpunkter måste kunna nås från internet.',
  'open-port':
    'Inget svarar på värdens adress. Kontrollera att servern är igång och att brandväggen släpper in porten.',
  'check-port':
    'Servern tog emot anslutningen men sade sedan ingenting. Kontrollera att HTTPS erbjuds på den här porten.',
  'check-certificate':
    'Serverns certifikat eller TLS-version godtas inte. Den behöver TLS 1.2 eller nyare och ett giltigt certifikat för värdnamnet från en publik utfärdare, skickat med sina mellanliggande certifikat.',
  'check-token-endpoint':
    'Auktoriseringsservern gav ingen åtkomsttoken. Kontrollera dess URL, klientens id och hemlighet samt omfånget.',
  'set-credentials-again':
    'Token eller signaturen kunde inte skapas. Kontrollera autentiseringen och ange hemligheterna igen.',
  'check-credentials':
    'Slutpunkten avvisade uppgifterna. Kontrollera att dess nyckel, utfärdare, mottagare och rubrik stämmer med inställningarna här och att dess klocka går rätt.',
  'check-path': 'Servern har inget på den här sökvägen som tar emot POST. Kontrollera sökvägen i URL:en.',
  'endpoint-gone':
    'Slutpunkten säger att den är borta för gott. En leverans som besvaras så håller alla händelser tills webhooken ändras.',
  'raise-rate-limit':
    'Slutpunkten begränsar antalet begäranden. Höj dess gräns; händelserna försöks igen till dess.',
  'use-final-url': 'Slutpunkten omdirigerar, vilket aldrig följs. Använd den URL som den omdirigerar till.',
  'read-answer': 'Slutpunkten avvisade händelsen. Dess svar kan säga varför.',
  'read-server-log':
    'Slutpunkten felade. Dess egen logg säger varför; händelserna försöks igen tills den fungerar.',
  'check-server':
    'Anslutningen bröts innan svaret var fullständigt. Kontrollera serverns logg och eventuella proxyservrar framför den.',
};
