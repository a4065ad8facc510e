import { Button, ButtonGroup, Content, Dialog, DialogContainer, Heading } from '@react-spectrum/s2';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };

import type { Versioned } from '../api/api';
import { Code } from '../parts/Code';
import { useTexts } from '../texts/texts';

/** The secret that this save generated, and the webhook without it. */
export function takeGeneratedSecret(saved: Versioned): { secret: string | null; saved: Versioned } {
  const { authentication } = saved.webhook;
  if (authentication.type !== 'standardWebhooks' || !authentication.generatedSecret)
    return { secret: null, saved };
  const { generatedSecret, ...rest } = authentication;
  return {
    secret: generatedSecret,
    saved: { ...saved, webhook: { ...saved.webhook, authentication: rest } },
  };
}

/** Shows a generated secret, this once. It does not close by a click beside it. */
export function RevealDialog({ secret, onClose }: { secret: string; onClose: () => void }) {
  const { t } = useTexts();
  return (
    <DialogContainer onDismiss={onClose}>
      <Dialog isKeyboardDismissDisabled>
        <Heading slot="title">{t('signature.reveal.title')}</Heading>
        <Content>
          <p className={style({ marginTop: 0 })}>{t('signature.reveal.text')}</p>
          <Code text={secret} label={t('signature.secret')} />
        </Content>
        <ButtonGroup>
          <Button variant="accent" onPress={onClose}>
            {t('signature.reveal.done')}
          </Button>
        </ButtonGroup>
      </Dialog>
    </DialogContainer>
  );
}
