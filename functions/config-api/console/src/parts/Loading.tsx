import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import { useEffect, useState } from 'react';
import { ProgressCircle } from '@react-spectrum/s2';

import { useTexts } from '../texts/texts';

/** Answers that come sooner than this show no sign of waiting, so that nothing flickers. */
const SHOWN_AFTER_MS = 250;

/** Stands where something is on its way. */
export function Loading({ label }: { label?: string }) {
  const { t } = useTexts();
  const [isShown, setShown] = useState(false);
  useEffect(() => {
    const waiting = setTimeout(() => setShown(true), SHOWN_AFTER_MS);
    return () => clearTimeout(waiting);
  }, []);
  return (
    <div className={style({ display: 'grid', placeItems: 'center', minHeight: 160 })}>
      {isShown && <ProgressCircle isIndeterminate aria-label={label ?? t('loading')} />}
    </div>
  );
}
