import { Button, ButtonGroup, Content, Dialog, DialogContainer, Heading } from '@react-spectrum/s2';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import type { ReactNode } from 'react';

import { useTexts } from '../texts/texts';
import { Failure } from './Failure';

/** A dialog with one action and a way out without it. What went wrong with the action is told below the content. */
export function ActionDialog({
  title,
  size = 'M',
  role = 'dialog',
  children,
  error,
  action,
  closeLabel,
  onClose,
}: {
  title: string;
  size?: 'M' | 'L';
  role?: 'dialog' | 'alertdialog';
  children: ReactNode;
  error?: unknown;
  /** The button of the action. */
  action: ReactNode;
  /** What the other button says; *Cancel* unless given. */
  closeLabel?: string;
  onClose: () => void;
}) {
  const { t } = useTexts();
  return (
    <DialogContainer onDismiss={onClose}>
      <Dialog size={size} role={role}>
        <Heading slot="title">{title}</Heading>
        <Content>
          {children}
          {error ? (
            <div className={style({ marginTop: 16 })}>
              <Failure error={error} />
            </div>
          ) : null}
        </Content>
        <ButtonGroup>
          <Button variant="secondary" onPress={onClose}>
            {closeLabel ?? t('cancel')}
          </Button>
          {action}
        </ButtonGroup>
      </Dialog>
    </DialogContainer>
  );
}
