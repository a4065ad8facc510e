import { AlertDialog, DialogContainer } from '@react-spectrum/s2';
import { useEffect, useState } from 'react';

import { useApp } from '../app';
import { useTexts } from '../texts/texts';

interface Asked {
  resolve: () => void;
  reject: (reason: Error) => void;
}

/**
 * Asks the administrator to sign in again when the session has ended. Requests wait meanwhile and are sent again then, and
 * the sign-in takes place in a window of its own, so the page keeps everything that was typed.
 */
export function SessionExpired() {
  const { session } = useApp();
  const { t } = useTexts();
  const [asked, setAsked] = useState<Asked | null>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    session.askToSignIn = () =>
      new Promise<void>((resolve, reject) => {
        setFailed(false);
        setAsked({ resolve, reject });
      });
  }, [session]);

  async function signIn() {
    try {
      await session.signInBeside();
      asked?.resolve();
      setAsked(null);
    } catch {
      setFailed(true);
      // The dialog closes by itself when its button is pressed; it opens again with the reason.
      setAsked((current) => (current ? { ...current } : null));
    }
  }

  return (
    <DialogContainer onDismiss={() => undefined}>
      {asked && (
        <AlertDialog
          variant="warning"
          title={t('expired.title')}
          primaryActionLabel={t('signIn')}
          cancelLabel={t('expired.later')}
          autoFocusButton="primary"
          onPrimaryAction={() => void signIn()}
          onCancel={() => {
            asked.reject(new Error('declined'));
            setAsked(null);
          }}
        >
          {failed ? t('expired.failed') : t('expired.text')}
        </AlertDialog>
      )}
    </DialogContainer>
  );
}
