/** A text as a literal of any of the languages: all of them read JSON's. */
export const text = (value: string) => JSON.stringify(value);

/** Texts as the elements of a list. */
export const texts = (values: string[]) => values.map(text).join(', ');

/** Those of the parts that there are. */
export const present = (parts: (string | null | false)[]): string[] =>
  parts.filter((part): part is string => typeof part === 'string');

/** Seconds by which clocks may differ. */
export const TOKEN_LEEWAY = 30;
/** The same for the timestamp of a signature, as the libraries of Standard Webhooks have it. */
export const SIGNATURE_TOLERANCE = 300;
