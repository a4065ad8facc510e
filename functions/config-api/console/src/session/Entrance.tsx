import { Button, ButtonGroup, Content, Heading, IllustratedMessage } from '@react-spectrum/s2';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import type { ReactNode } from 'react';

import { useTexts } from '../texts/texts';

export const isSignedOut = () => window.location.pathname === '/console/signed-out';

/** After signing out. */
export function SignedOut({ onSignIn }: { onSignIn: () => void }) {
  const { t } = useTexts();
  return (
    <Notice title={t('signedOut.title')} text={t('signedOut.text')}>
      <Button variant="accent" onPress={onSignIn}>
        {t('signIn')}
      </Button>
    </Notice>
  );
}

/** The deployment names no client that the console could sign in with. */
export function Unconfigured() {
  const { t } = useTexts();
  return <Notice title={t('unconfigured.title')} text={t('unconfigured.text')} />;
}

/** Neither the console's settings nor the identity provider could be reached, or it refused the sign-in. */
export function Unreachable({ onRetry }: { onRetry: () => void }) {
  const { t } = useTexts();
  return (
    <Notice title={t('unreachable.title')} text={t('unreachable.text')}>
      <Button variant="accent" onPress={onRetry}>
        {t('retry')}
      </Button>
    </Notice>
  );
}

function Notice({ title, text, children }: { title: string; text: string; children?: ReactNode }) {
  return (
    <main className={style({ display: 'grid', placeItems: 'center', minHeight: 'screen', padding: 24 })}>
      <IllustratedMessage size="L">
        <Heading level={1}>{title}</Heading>
        <Content>{text}</Content>
        {children && <ButtonGroup>{children}</ButtonGroup>}
      </IllustratedMessage>
    </main>
  );
}
