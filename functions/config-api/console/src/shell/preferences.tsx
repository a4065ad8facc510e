import { Provider } from '@react-spectrum/s2';
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';

import { type Language, TextsProvider } from '../texts/texts';

export type Theme = 'system' | 'light' | 'dark';

interface Chosen {
  theme: Theme;
  language: Language;
  setTheme: (theme: Theme) => void;
  setLanguage: (language: Language) => void;
}

const Context = createContext<Chosen | null>(null);

/** Theme and language: the browser's, unless the administrator chose others here before. */
export function Preferences({
  children,
  router,
}: {
  children: ReactNode;
  router?: Parameters<typeof Provider>[0]['router'];
}) {
  const [theme, setTheme] = useState<Theme>(() => stored('theme', ['system', 'light', 'dark']) ?? 'system');
  const [language, setLanguage] = useState<Language>(
    () => stored('language', ['en', 'sv']) ?? browserLanguage(),
  );
  const locale = localeFor(language);
  useEffect(() => {
    document.documentElement.lang = locale;
    if (theme === 'system') delete document.documentElement.dataset.colorScheme;
    else document.documentElement.dataset.colorScheme = theme;
  }, [locale, theme]);
  const chosen = useMemo<Chosen>(
    () => ({
      theme,
      language,
      setTheme: (theme) => (store('theme', theme), setTheme(theme)),
      setLanguage: (language) => (store('language', language), setLanguage(language)),
    }),
    [theme, language],
  );
  return (
    <Context value={chosen}>
      <Provider
        locale={locale}
        router={router}
        colorScheme={theme === 'system' ? undefined : theme}
        background="base"
      >
        <TextsProvider language={language} locale={locale}>
          {children}
        </TextsProvider>
      </Provider>
    </Context>
  );
}

export function usePreferences(): Chosen {
  const chosen = useContext(Context);
  if (!chosen) throw new Error('outside of Preferences');
  return chosen;
}

function browserLanguage(): Language {
  const first = navigator.languages.find((language) => /^(en|sv)\b/i.test(language));
  return first?.toLowerCase().startsWith('sv') ? 'sv' : 'en';
}

/** The browser's own variant of the language, so that dates look as the administrator is used to. */
function localeFor(language: Language): string {
  const variant = navigator.languages.find((name) => name.toLowerCase().startsWith(`${language}-`));
  return variant ?? (language === 'sv' ? 'sv-SE' : 'en-US');
}

function stored<T extends string>(name: string, allowed: readonly T[]): T | null {
  try {
    const value = window.localStorage.getItem(`console.${name}`);
    return allowed.find((each) => each === value) ?? null;
  } catch {
    return null;
  }
}

function store(name: string, value: string): void {
  try {
    window.localStorage.setItem(`console.${name}`, value);
  } catch {
    // A browser that keeps nothing forgets the choice with the page.
  }
}
