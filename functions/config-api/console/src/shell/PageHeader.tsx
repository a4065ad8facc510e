import { Link } from '@react-spectrum/s2';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import { type ReactNode, useEffect } from 'react';

import { useTexts } from '../texts/texts';

const crumbList = style({
  display: 'flex',
  flexWrap: 'wrap',
  columnGap: 8,
  listStyleType: 'none',
  margin: 0,
  marginBottom: 4,
  padding: 0,
  font: 'ui',
  color: 'neutral-subdued',
});

export interface Crumb {
  label: string;
  href: string;
}

/** The way to a page, its title and its actions. The title is the document's as well. */
export function PageHeader({
  title,
  crumbs = [],
  beside,
  actions,
  children,
}: {
  title: string;
  /** Pages between the first and this one. */
  crumbs?: Crumb[];
  /** Stands beside the title. */
  beside?: ReactNode;
  actions?: ReactNode;
  /** What the page is for. */
  children?: ReactNode;
}) {
  const { t } = useTexts();
  useEffect(() => {
    document.title = `${title} · ${t('product')}`;
  }, [title, t]);
  return (
    <div className={style({ marginBottom: 24 })}>
      {crumbs.length > 0 && (
        <nav aria-label={t('breadcrumbs')}>
          <ol className={crumbList}>
            {crumbs.map(({ label, href }) => (
              <li key={href} className={style({ minWidth: 0, overflowWrap: 'anywhere' })}>
                <Link href={href} variant="secondary" isStandalone isQuiet>
                  {label}
                </Link>
                <span aria-hidden="true"> /</span>
              </li>
            ))}
          </ol>
        </nav>
      )}
      <div
        className={style({
          display: 'flex',
          flexWrap: 'wrap',
          alignItems: 'center',
          justifyContent: 'space-between',
          columnGap: 24,
          rowGap: 12,
        })}
      >
        <div
          className={style({ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: 12, minWidth: 0 })}
        >
          <h1 className={style({ font: 'heading-lg', margin: 0, overflowWrap: 'anywhere' })}>{title}</h1>
          {beside}
        </div>
        {actions && <div className={style({ display: 'flex', flexWrap: 'wrap', gap: 8 })}>{actions}</div>}
      </div>
      {children && (
        <p
          className={style({
            font: 'body',
            color: 'neutral-subdued',
            marginTop: 8,
            marginBottom: 0,
            maxWidth: 720,
          })}
        >
          {children}
        </p>
      )}
    </div>
  );
}
