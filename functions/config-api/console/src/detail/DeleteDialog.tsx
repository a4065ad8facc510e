import { Button, TextField, ToastQueue } from '@react-spectrum/s2';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate } from 'react-router';

import type { Versioned } from '../api/api';
import { asApiError } from '../api/problem';
import { keys, useApp } from '../app';
import { ActionDialog } from '../parts/ActionDialog';
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
    <ActionDialog
      title={t('delete.title')}
      role="alertdialog"
      error={remove.error}
      onClose={onClose}
      action={
        <Button
          variant="negative"
          type="submit"
          form="confirm-deletion"
          isDisabled={!isConfirmed}
          isPending={remove.isPending}
        >
          {t('delete')}
        </Button>
      }
    >
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
    </ActionDialog>
  );
}
