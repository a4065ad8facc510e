import { useEffect, useState } from 'react';

import { useTexts } from '../texts/texts';

/** How often a relative time is told anew. */
const TICK_MS = 30_000;

/** A point in time: how long ago, and exactly on hover. */
export function Time({ iso, absolute = false }: { iso: string; absolute?: boolean }) {
  const { ago, dateTime, exactTime } = useTexts();
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (absolute) return;
    const ticking = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(ticking);
  }, [absolute]);
  return (
    <time dateTime={iso} title={exactTime(iso)}>
      {absolute ? dateTime(iso) : ago(iso, Math.max(now, Date.parse(iso)))}
    </time>
  );
}
