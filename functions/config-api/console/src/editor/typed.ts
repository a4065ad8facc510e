import type { SecretDraft } from './draft';

/** Without the spaces and line breaks that come along when a URL is copied. */
export function pasted(text: string): string {
  return text.replace(/[\r\n\t]/g, '').trim();
}

/** A secret as it was typed. It is left out to keep the saved one; where there is none, the API refuses the empty text. */
export function typed({ value, savedAt }: SecretDraft): string | undefined {
  return savedAt === null ? value.trim() : given(value.trim());
}

/** The text, or nothing in place of an empty one. */
export function given(text: string): string | undefined {
  return text === '' ? undefined : text;
}

/** The lines that have something, without the spaces around it. */
export function lines(text: string): string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter(Boolean);
}
