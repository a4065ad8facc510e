import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import type { ReactNode } from 'react';

import type { ShownHeader } from '../api/api';
import { useTexts } from '../texts/texts';
import { Code } from './Code';

/** One side of an HTTP exchange: headers, secrets masked, and the body. Everything is shown as text. */
export function Exchange({
  title,
  headers,
  body,
  children,
}: {
  title: string;
  headers: ShownHeader[];
  body: string | null;
  children?: ReactNode;
}) {
  const { t } = useTexts();
  const lines = headers.map(({ name, value, masked }) => `${name}: ${masked ? value || '••••••••' : value}`);
  return (
    <section>
      <h3 className={style({ font: 'title-sm', marginTop: 0, marginBottom: 8 })}>{title}</h3>
      <div className={style({ display: 'flex', flexDirection: 'column', gap: 8 })}>
        {children}
        {lines.length > 0 && <Code text={lines.join('\n')} label={t('headers')} />}
        {body === null ? (
          <p className={style({ font: 'ui-sm', color: 'neutral-subdued', margin: 0 })}>{t('body.notKept')}</p>
        ) : (
          body !== '' && <Code text={indented(body)} label={t('body')} />
        )}
      </div>
    </section>
  );
}

function indented(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
