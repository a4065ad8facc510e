import { ActionButton } from '@react-spectrum/s2';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import Copy from '@react-spectrum/s2/icons/Copy';
import { useEffect, useState } from 'react';

import { useTexts } from '../texts/texts';

/** How long the page says that something was copied. */
const COPIED_FOR_MS = 2_000;

/** Text of machines, as it is, that can be copied. */
export function Code({ text, label }: { text: string; label: string }) {
  const { t } = useTexts();
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const shown = setTimeout(() => setCopied(false), COPIED_FOR_MS);
    return () => clearTimeout(shown);
  }, [isCopied]);
  return (
    <div className={frame}>
      {/* Long lines scroll, and a keyboard scrolls only what has the focus. */}
      <pre tabIndex={0} aria-label={label} role="group" className={block}>
        {text}
      </pre>
      <div
        className={style({
          position: 'absolute',
          top: 4,
          insetEnd: 4,
          borderRadius: 'default',
          // Long lines end under the button, not behind its picture.
          backgroundColor: 'gray-75',
        })}
      >
        <ActionButton
          size="S"
          isQuiet
          aria-label={isCopied ? t('copied') : t('copy', { what: label })}
          onPress={() => void navigator.clipboard.writeText(text).then(() => setCopied(true))}
        >
          {isCopied ? '✓' : <Copy />}
        </ActionButton>
      </div>
    </div>
  );
}

const frame = style({
  position: 'relative',
  borderRadius: 'default',
  backgroundColor: 'gray-75',
  minWidth: 0,
});

const block = style({
  font: 'code-sm',
  margin: 0,
  padding: 12,
  paddingEnd: 40,
  maxHeight: 384,
  overflow: 'auto',
  whiteSpace: 'pre',
  borderRadius: 'default',
  outlineStyle: { default: 'none', ':focus-visible': 'solid' },
  outlineColor: 'focus-ring',
  outlineWidth: 2,
});
