import { Button, ButtonGroup, Content, Heading, IllustratedMessage } from '@react-spectrum/s2';
import { useNavigate } from 'react-router';

import { useTexts } from '../texts/texts';

/** A path that leads nowhere. */
export function Missing() {
  const { t } = useTexts();
  const navigate = useNavigate();
  return (
    <IllustratedMessage size="L">
      <Heading level={1}>{t('missing.title')}</Heading>
      <Content>{t('missing.text')}</Content>
      <ButtonGroup>
        <Button variant="accent" onPress={() => void navigate('/')}>
          {t('toInventory')}
        </Button>
      </ButtonGroup>
    </IllustratedMessage>
  );
}
