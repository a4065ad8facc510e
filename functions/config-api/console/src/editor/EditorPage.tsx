import { ToastQueue } from '@react-spectrum/s2';
import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useRef, useState } from 'react';
import { useNavigate } from 'react-router';

import type { TestReport, Versioned, WebhookRequest } from '../api/api';
import { asApiError } from '../api/problem';
import { keys, usePermissions } from '../app';
import { pathOf } from '../inventory/choose';
import { TestButton } from '../parts/TestButton';
import { ViewOnly } from '../parts/ViewOnly';
import { type Crumb, PageHeader } from '../shell/PageHeader';
import { useTexts } from '../texts/texts';
import { EditorForm } from './EditorForm';
import { RevealDialog, takeGeneratedSecret } from './RevealDialog';
import type { Editor } from './useEditor';

interface AfterSave {
  /** Whether the page is about to be left because everything is saved. */
  isSaved: () => boolean;
  /** Says that it is saved, and leads to the webhook's page; before that, a secret that was generated is shown. */
  finish: (answer: Versioned, text: 'created' | 'saved') => void;
  revealed: { secret: string; onClose: () => void } | null;
}

export function useAfterSave(): AfterSave {
  const { t } = useTexts();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const isSaved = useRef(false);
  const [revealed, setRevealed] = useState<AfterSave['revealed']>(null);
  return {
    isSaved: () => isSaved.current,
    revealed,
    finish: (answer, text) => {
      isSaved.current = true;
      const { secret, saved } = takeGeneratedSecret(answer);
      const { name, sandbox, id } = saved.webhook;
      queries.setQueryData(keys.webhook(sandbox, id), saved);
      void queries.invalidateQueries({ queryKey: keys.webhooks });
      void queries.invalidateQueries({ queryKey: keys.health(sandbox, id) });
      ToastQueue.positive(t(text, { name }), { timeout: 6000 });
      const leave = () => void navigate(pathOf(saved.webhook), { replace: true });
      if (secret) setRevealed({ secret, onClose: leave });
      else leave();
    },
  };
}

/** A page with the form of a webhook. */
export function EditorPage({
  title,
  about,
  crumbs,
  editor,
  save,
  afterSave,
  back,
  sendTest,
  children,
}: {
  title: string;
  about: string;
  crumbs: Crumb[];
  editor: Editor;
  save: { mutate: () => void; error: unknown; isPending: boolean };
  afterSave: AfterSave;
  /** The page that the administrator came from. */
  back: string;
  sendTest: (request: WebhookRequest) => Promise<TestReport>;
  children?: ReactNode;
}) {
  const { role } = usePermissions();
  const navigate = useNavigate();
  const hasFaults = asApiError(save.error).faults.length > 0;
  return (
    <>
      <PageHeader title={title} crumbs={crumbs}>
        {about}
      </PageHeader>
      <ViewOnly />
      {children}
      {role !== 'view' && (
        <EditorForm
          editor={editor}
          error={hasFaults ? null : save.error}
          isSaving={save.isPending}
          isSaved={afterSave.isSaved}
          onSubmit={() => save.mutate()}
          onCancel={() => void navigate(back)}
          test={
            <TestButton
              send={() => sendTest(editor.request())}
              isDisabled={editor.isDisabled}
              onFaults={editor.setFaults}
            />
          }
        />
      )}
      {afterSave.revealed && <RevealDialog {...afterSave.revealed} />}
    </>
  );
}
