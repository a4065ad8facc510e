import { Content, Heading, InlineAlert } from '@react-spectrum/s2';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };

import { usePermissions } from '../app';
import { useTexts } from '../texts/texts';

/** Tells viewers why the page's actions are off. */
export function ViewOnly() {
  const { t } = useTexts();
  const { role } = usePermissions();
  if (role !== 'view') return null;
  return (
    <div className={style({ marginBottom: 24 })}>
      <InlineAlert variant="informative">
        <Heading level={2}>{t('viewOnly.title')}</Heading>
        <Content>{t('viewOnly.text')}</Content>
      </InlineAlert>
    </div>
  );
}
