import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import { type ReactNode, useId } from 'react';

/** A titled part of a page. */
export function Section({
  title,
  about,
  beside,
  children,
}: {
  title: string;
  about?: string;
  beside?: ReactNode;
  children: ReactNode;
}) {
  const id = useId();
  return (
    <section aria-labelledby={id} className={frame}>
      <div
        className={style({
          display: 'flex',
          flexWrap: 'wrap',
          justifyContent: 'space-between',
          alignItems: 'center',
          gap: 12,
          marginBottom: 16,
        })}
      >
        <h2 id={id} className={style({ font: 'heading-sm', margin: 0 })}>
          {title}
        </h2>
        {beside}
      </div>
      {about && (
        <p
          className={style({
            font: 'body-sm',
            color: 'neutral-subdued',
            marginTop: '[-8px]',
            marginBottom: 20,
            maxWidth: 720,
          })}
        >
          {about}
        </p>
      )}
      {children}
    </section>
  );
}

const frame = style({
  borderWidth: 1,
  borderStyle: 'solid',
  borderColor: 'gray-200',
  borderRadius: 'xl',
  padding: { default: 16, sm: 24 },
  marginBottom: 24,
  backgroundColor: 'base',
  minWidth: 0,
});

/** Fields below each other, as wide as is comfortable to read. */
export const fields = style({ display: 'flex', flexDirection: 'column', gap: 20, maxWidth: 640 });
