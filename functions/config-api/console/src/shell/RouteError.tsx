import { Button, ButtonGroup, Content, Heading, IllustratedMessage } from '@react-spectrum/s2';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import { useEffect } from 'react';
import { useRouteError } from 'react-router';

import { useTexts } from '../texts/texts';

/** A fault of the page itself, or a part of it that could not be loaded. */
export function RouteError({ isWholePage = false }: { isWholePage?: boolean }) {
  const { t } = useTexts();
  const error = useRouteError();
  useEffect(() => console.error(error), [error]);
  const message = (
    <IllustratedMessage size="L">
      <Heading level={1}>{t('fault.title')}</Heading>
      <Content>{t('fault.text')}</Content>
      <ButtonGroup>
        <Button variant="accent" onPress={() => window.location.reload()}>
          {t('reload')}
        </Button>
      </ButtonGroup>
    </IllustratedMessage>
  );
  return isWholePage ? <main className={style({ padding: 24 })}>{message}</main> : message;
}
