import { Picker, PickerItem } from '@react-spectrum/s2';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import { useState } from 'react';

import type { Webhook } from '../api/api';
import { isShared } from '../editor/draft';
import { Code } from '../parts/Code';
import { Section } from '../parts/Section';
import { type PlainKey, useTexts } from '../texts/texts';
import { LANGUAGES, snippet, type SnippetLanguage } from './snippet';

const NAMES: Record<SnippetLanguage, string> = { node: 'Node.js', python: 'Python', java: 'Java', go: 'Go' };

/** What the endpoint's developer needs: how to verify requests, with this webhook's settings. */
export default function Snippets({ webhook }: { webhook: Webhook }) {
  const { t } = useTexts();
  const [language, setLanguage] = useState<SnippetLanguage>('node');
  const shown = snippet(webhook, language, window.location.origin);
  const { authentication } = webhook;
  return (
    <div className={style({ paddingTop: 16 })}>
      <Section title={t('receive.title')}>
        <ul className={style({ font: 'body', marginTop: 0, paddingStart: 20 })}>
          <li>{t('receive.answer')}</li>
          <li>{t('receive.idempotency')}</li>
          <li>{t('receive.order')}</li>
        </ul>
      </Section>
      <Section
        title={t('receive.verify')}
        beside={
          shown && (
            <Picker
              aria-label={t('receive.language')}
              value={language}
              onChange={(language) => setLanguage(language as SnippetLanguage)}
            >
              {LANGUAGES.map((id) => (
                <PickerItem key={id} id={id}>
                  {NAMES[id]}
                </PickerItem>
              ))}
            </Picker>
          )
        }
      >
        {shown ? (
          <div className={style({ display: 'flex', flexDirection: 'column', gap: 12 })}>
            <p className={style({ font: 'body', margin: 0 })}>{t(howTo(authentication))}</p>
            <Code text={shown.install} label={t('receive.install')} />
            <Code text={shown.code} label={NAMES[language]} />
          </div>
        ) : (
          <p className={style({ font: 'body', margin: 0 })}>{t(howTo(authentication))}</p>
        )}
      </Section>
    </div>
  );
}

function howTo(authentication: Webhook['authentication']): PlainKey {
  switch (authentication.type) {
    case 'none':
      return 'receive.verify.none';
    case 'oauth2ClientCredentials':
      return 'receive.verify.oauth';
    case 'standardWebhooks':
      return authentication.publicKey ? 'receive.verify.publicKey' : 'receive.verify.signature';
    case 'jwt':
      return isShared(authentication.algorithm) ? 'receive.verify.shared' : 'receive.verify.keyPair';
  }
}
