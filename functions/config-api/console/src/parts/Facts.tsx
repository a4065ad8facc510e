import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import type { ReactNode } from 'react';

/** Names and values. Entries without a value are left out. */
export function Facts({ facts }: { facts: [name: string, value: ReactNode][] }) {
  return (
    <dl
      className={style({
        display: 'grid',
        gridTemplateColumns: { default: ['1fr'], sm: ['minmax(140px, 220px)', '1fr'] },
        columnGap: 24,
        rowGap: { default: 4, sm: 12 },
        margin: 0,
        font: 'ui',
      })}
    >
      {facts
        .filter(([, value]) => value !== null && value !== undefined && value !== '')
        .map(([name, value]) => (
          <div key={name} className={style({ display: 'contents' })}>
            <dt className={style({ color: 'neutral-subdued' })}>{name}</dt>
            <dd
              className={style({
                margin: 0,
                marginBottom: { default: 8, sm: 0 },
                minWidth: 0,
                overflowWrap: 'anywhere',
              })}
            >
              {value}
            </dd>
          </div>
        ))}
    </dl>
  );
}
