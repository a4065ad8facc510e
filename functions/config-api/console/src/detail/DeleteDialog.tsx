import {
  Button,
  ButtonGroup,
  Content,
  Dialog,
  DialogContainer,
  Heading,
  TextField,
  ToastQueue,
} from '@react-spectrum/s2';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate } from 'react-router';

import type { Versioned } from '../api/api';
import { asApiError } from '../api/problem';
import { keys, useApp } from '../app';
import { Failure } from '../parts/Failure';
import { withSandbox } from '../shell/sandbox';
import { useTexts } from '../texts/texts';

/** Deletes a webhook once its name was typed, and says what that does to events on the way. */
export function DeleteDialog({ versioned, onClose }: { versioned: Versioned; onClose: () => void }) {
  const { webhook, etag } = versioned;
  const { sandbox, id, name } = webhook;
  const { api } = useApp();
  const { t } = useTexts();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [typed, setTyped] = useState('');
  const remove = useMutation({
    mutationFn: () => api.remove(sandbox, id, etag),
    onSuccess: () => {
      queries.removeQueries({ queryKey: keys.webhook(sandbox, id) });
      void queries.invalidateQueries({ queryKey: keys.webhooks });
      ToastQueue.positive(t('deleted', { name }), { timeout: 6000 });
      void navigate(withSandbox('/', sandbox));
    },
    // The page then shows the newer version, and deletion begins with that.
    onError: (error) => {
      if (asApiError(error).status === 412)
        void queries.invalidateQueries({ queryKey: keys.webhook(sandbox, id) });
    },
  });
  const isConfirmed = typed.trim() === name.trim();
  return (
    <DialogContainer onDismiss={onClose}>
      <Dialog role="alertdialog" size="M">
        <Heading slot="title">{t('delete.title')}</Heading>
        <Content>
          <p className={style({ marginTop: 0 })}>{t('delete.text')}</p>
          <p className={style({ overflowWrap: 'anywhere' })}>{t('delete.type', { name })}</p>
          <form
            id="confirm-deletion"
            onSubmit={(event) => {
              event.preventDefault();
              if (isConfirmed) remove.mutate();
            }}
          >
            <TextField
              label={t('field.name')}
              autoFocus
              autoComplete="off"
              value={typed}
              onChange={setTyped}
              styles={style({ width: 'full' })}
            />
          </form>
          {remove.error && (
            <div className={style({ marginTop: 16 })}>
              <Failure error={remove.error} />
            </div>
          )}
        </Content>
        <ButtonGroup>
          <Button variant="secondary" onPress={onClose}>
            {t('cancel')}
          </Button>
          <Button
            variant="negative"
            type="submit"
            form="confirm-deletion"
            isDisabled={!isConfirmed}
            isPending={remove.isPending}
          >
            {t('delete')}
          </Button>
        </ButtonGroup>
      </Dialog>
    </DialogContainer>
  );
}
