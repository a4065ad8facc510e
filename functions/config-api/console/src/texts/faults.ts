import type { FieldFault } from '../api/problem';
import type { Language, Texts } from './texts';

/** A fault in words: the API's own in English, ours by the fault's code in other languages. */
export function faultText(fault: FieldFault, language: Language, t: Texts['t']): string {
  if (fault.code === 'claims-no-object') return t('fault.claims');
  return language === 'en' ? fault.detail : (swedish[fault.code] ?? fault.detail);
}

const swedish: Record<string, string> = {
  required: 'Fältet måste fyllas i.',
  'audience-invalid': 'Mottagaren måste vara 1 till 1 024 synliga ASCII-tecken.',
  'audience-too-many': 'En token kan ha högst tio mottagare.',
  'campaign-invalid': 'Kampanj-id:t måste vara 1 till 128 synliga ASCII-tecken utan ”#”.',
  'claim-registered': 'Den här uppgiften har ett eget fält eller sätts vid varje signering.',
  'claims-invalid': 'De extra uppgifterna måste vara ett JSON-objekt.',
  'claims-too-large': 'De extra uppgifterna får ha högst 4 096 byte som JSON.',
  'client-id-invalid': 'Klient-id:t måste vara 1 till 512 synliga ASCII-tecken.',
  'client-secret-invalid': 'Klienthemligheten måste vara 1 till 1 024 synliga ASCII-tecken.',
  'header-carries-token': 'Den här rubriken bär autentiseringens token; ta bort den här.',
  'header-name-duplicate': 'Varje rubrik kan anges en gång; stora och små bokstäver skiljs inte åt.',
  'header-name-invalid':
    "Ett rubriknamn måste vara 1 till 128 bokstäver, siffror och tecknen !#$%&'*+-.^_`|~ (RFC 9110).",
  'header-name-reserved':
    'Den här rubriken sätts av tjänsten eller hör till anslutningen; välj ett annat namn.',
  'header-prefix-invalid': 'Prefixet får vara högst 32 synliga ASCII-tecken utan mellanslag.',
  'header-value-invalid':
    'Ett rubrikvärde måste vara 1 till 2 048 synliga ASCII-tecken utan mellanslag i början eller slutet.',
  'headers-too-large': 'Rubrikparametrarna får ha högst 12 KiB tillsammans.',
  'headers-too-many': 'En webhook kan ha högst 20 rubrikparametrar.',
  'key-encrypted': 'Den privata nyckeln är skyddad med lösenord; klistra in den utan.',
  'key-id-taken': 'En publicerad nyckel har redan detta id; lämna fältet tomt eller välj ett annat.',
  'key-invalid':
    'Den privata nyckeln passar inte till algoritmen eller är inte i PEM-form (”-----BEGIN PRIVATE KEY-----”).',
  'key-public':
    'Det här är en publik nyckel eller ett certifikat; den privata nyckeln behövs för att signera.',
  'key-too-long': 'Nyckeln får ha högst 4 096 byte.',
  'key-too-short': 'RSA-nyckeln måste vara giltig och ha minst 2 048 bitar.',
  'key-wrong-form':
    'Den privata nyckeln måste vara i PKCS #8-form; ”openssl pkcs8 -topk8 -nocrypt” omvandlar den.',
  'lifetime-out-of-range': 'Giltighetstiden måste vara 60 till 86 400 sekunder.',
  'name-invalid': 'Namnet måste vara 1 till 100 tecken långt, utan styrtecken.',
  'not-applicable': 'Fältet passar inte till den valda algoritmen.',
  'sandbox-invalid': 'Sandlådans namn måste vara 1 till 128 små bokstäver, siffror och bindestreck.',
  'scope-invalid':
    'Omfånget måste vara ord åtskilda med ett mellanslag, utan citattecken och omvända snedstreck (RFC 6749).',
  'secret-too-short': 'Hemligheten är för kort för den här algoritmen.',
  'selection-empty': 'Välj minst en.',
  'selection-too-large': 'Välj högst 50.',
  'signing-secret-invalid':
    'Hemligheten måste vara ”whsec_” eller ”whsk_” och base64, och en nyckels båda halvor måste höra ihop.',
  'signing-secret-length':
    'Hemligheten har fel längd: efter ”whsec_” base64 av 24 till 64 byte, efter ”whsk_” av 32 eller 64.',
  'signing-secret-public':
    'Det här är en publik nyckel; den hemliga, som börjar med ”whsk_”, behövs för att signera.',
  'status-invalid':
    'En status måste vara 1 till 64 bokstäver, siffror, bindestreck, understreck och punkter.',
  'token-text-invalid': 'Det här måste vara 1 till 512 byte text utan styrtecken.',
  'unknown-field': 'Det finns inget sådant fält.',
  'unknown-value': 'Värdet är inte ett av de möjliga.',
  'url-credentials':
    'URL:en får inte innehålla användarnamn eller lösenord; använd autentisering eller en hemlig rubrik.',
  'url-fragment': 'URL:en får inte innehålla ett fragment (”#…”).',
  'url-host-name':
    'Värdnamnet i URL:en får vara högst 253 tecken långt, och varje del mellan punkter 1 till 63.',
  'url-invalid':
    'URL:en måste vara en fullständig webbadress, till exempel https://hooks.example.com/feedback.',
  'url-ip-address': 'URL:en måste ange en värd, inte en IP-adress.',
  'url-not-https': 'URL:en måste börja med https://.',
  'url-not-public': 'URL:en måste ange en värd på det publika internet.',
  'url-port': 'URL:en måste använda HTTPS standardport, 443.',
  'url-too-long': 'URL:en får vara högst 2 000 byte lång.',
  'url-trailing-dot': 'Värdnamnet i URL:en får inte sluta med en punkt.',
  'wrong-type': 'Värdet har fel form.',
};
