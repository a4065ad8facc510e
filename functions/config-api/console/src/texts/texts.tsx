import { createContext, type ReactNode, useContext, useMemo } from 'react';

import { en } from './en';
import { sv } from './sv';

export type Language = 'en' | 'sv';

type Catalogue = typeof en;
/** Another language has exactly the texts of English, and each takes the same values. */
export type Translation = {
  [Key in keyof Catalogue]: Catalogue[Key] extends string ? string : Catalogue[Key];
};
export type TextKey = keyof Catalogue;
/** Keys of the texts that take no values. */
export type PlainKey = { [Key in TextKey]: Catalogue[Key] extends string ? Key : never }[TextKey];
type Values<Key extends TextKey> = Catalogue[Key] extends (values: infer V) => string ? [V] : [];

const catalogues: Record<Language, Translation> = { en, sv };

export interface Texts {
  locale: string;
  language: Language;
  t: <Key extends TextKey>(key: Key, ...values: Values<Key>) => string;
  /** Date and time, short. */
  dateTime: (iso: string) => string;
  /** Date and time to the second, for tooltips and details. */
  exactTime: (iso: string) => string;
  /** How long ago, in words. */
  ago: (iso: string, now?: number) => string;
  /** A duration of an attempt. */
  duration: (ms: number) => string;
  number: (value: number) => string;
  list: (items: string[]) => string;
}

const Context = createContext<Texts | null>(null);

export function TextsProvider({
  language,
  locale,
  children,
}: {
  language: Language;
  locale: string;
  children: ReactNode;
}) {
  const texts = useMemo(() => textsFor(language, locale), [language, locale]);
  return <Context value={texts}>{children}</Context>;
}

export function useTexts(): Texts {
  const texts = useContext(Context);
  if (!texts) throw new Error('outside of TextsProvider');
  return texts;
}

/** Largest unit first; a span is told in the first unit that it fills. */
const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

export function textsFor(language: Language, locale: string): Texts {
  const short = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });
  const exact = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeStyle: 'long' });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  const numbers = new Intl.NumberFormat(locale);
  const milliseconds = new Intl.NumberFormat(locale, { style: 'unit', unit: 'millisecond' });
  const seconds = new Intl.NumberFormat(locale, { style: 'unit', unit: 'second', maximumFractionDigits: 1 });
  const and = new Intl.ListFormat(locale, { type: 'conjunction' });
  return {
    locale,
    language,
    t: (key, ...values) => {
      const text = catalogues[language][key] as string | ((values: unknown) => string);
      return typeof text === 'string' ? text : text(values[0]);
    },
    dateTime: (iso) => short.format(new Date(iso)),
    exactTime: (iso) => exact.format(new Date(iso)),
    ago: (iso, now = Date.now()) => {
      const elapsed = (new Date(iso).getTime() - now) / 1000;
      const [unit, size] = UNITS.find(([, size]) => Math.abs(elapsed) >= size) ?? ['second', 1];
      return relative.format(Math.round(elapsed / size), unit);
    },
    duration: (ms) => (ms < 1000 ? milliseconds.format(Math.round(ms)) : seconds.format(ms / 1000)),
    number: (value) => numbers.format(value),
    list: (items) => and.format(items),
  };
}
