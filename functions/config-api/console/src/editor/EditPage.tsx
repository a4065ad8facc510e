import { ToastQueue } from '@react-spectrum/s2';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { useNavigate, useParams } from 'react-router';

import type { Versioned, WebhookRequest } from '../api/api';
import { asApiError } from '../api/problem';
import { keys, useApp, usePermissions } from '../app';
import { pathOf } from '../inventory/choose';
import { Failure } from '../parts/Failure';
import { Loading } from '../parts/Loading';
import { ViewOnly } from '../parts/ViewOnly';
import { PageHeader } from '../shell/PageHeader';
import { withSandbox } from '../shell/sandbox';
import { useTexts } from '../texts/texts';
import { conflictsOf, merge } from './conflict';
import { ConflictDialog } from './ConflictDialog';
import { withoutFaults } from './CreatePage';
import { draftOf, requestOf } from './draft';
import { EditorForm } from './EditorForm';
import { RevealDialog, takeGeneratedSecret } from './RevealDialog';
import { TestButton } from './TestButton';
import { useEditor } from './useEditor';

/** Changes a webhook. */
export function Component() {
  const { sandbox = '', id = '' } = useParams();
  const { api } = useApp();
  const { t } = useTexts();
  // Read once, and not again while it is edited: a newer version shows when it is saved.
  const read = useQuery({
    queryKey: [...keys.webhook(sandbox, id), 'edit'],
    queryFn: () => api.webhook(sandbox, id),
    staleTime: Infinity,
    gcTime: 0,
    refetchOnWindowFocus: false,
  });
  if (read.data) return <EditWebhook key={id} began={read.data} />;
  return (
    <>
      <PageHeader
        title={t('edit.title')}
        crumbs={[{ label: t('inventory.title'), href: withSandbox('/', sandbox) }]}
      />
      {read.isPending ? <Loading /> : <Failure error={read.error} onRetry={() => void read.refetch()} />}
    </>
  );
}

function EditWebhook({ began }: { began: Versioned }) {
  const { api } = useApp();
  const { t } = useTexts();
  const { role, mayChange } = usePermissions();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const isSaved = useRef(false);
  const [base, setBase] = useState(began);
  const [revealed, setRevealed] = useState<string | null>(null);
  const [newer, setNewer] = useState<Versioned | null>(null);
  const { sandbox, id } = base.webhook;

  const save = useMutation({
    mutationFn: async ({ request, etag }: { request: WebhookRequest; etag: string }) => {
      try {
        return await api.replace(sandbox, id, etag, request);
      } catch (error) {
        if (asApiError(error).status !== 412) throw error;
        const saved = await api.webhook(sandbox, id);
        const conflicts = conflictsOf(draftOf(base.webhook), draftOf(saved.webhook), editor.draft);
        // Somebody saved what is the same here; there is nothing to choose.
        if (!conflicts.length) return api.replace(sandbox, id, saved.etag, request);
        setNewer(saved);
        return null;
      }
    },
    onSuccess: (answer) => {
      if (!answer) return;
      isSaved.current = true;
      const { secret, saved } = takeGeneratedSecret(answer);
      queries.setQueryData(keys.webhook(sandbox, id), saved);
      void queries.invalidateQueries({ queryKey: keys.webhooks });
      void queries.invalidateQueries({ queryKey: keys.health(sandbox, id) });
      ToastQueue.positive(t('saved', { name: saved.webhook.name }), { timeout: 6000 });
      if (secret) setRevealed(secret);
      else void navigate(pathOf(saved.webhook));
    },
    onError: (error) => editor.setFaults(asApiError(error).faults),
  });
  const editor = useEditor(draftOf(base.webhook), save.isPending || !mayChange);

  function submit() {
    const made = requestOf(editor.draft);
    if ('faults' in made) editor.setFaults(made.faults);
    else save.mutate({ request: made.request, etag: base.etag });
  }

  return (
    <>
      <PageHeader
        title={t('edit.title')}
        crumbs={[
          { label: t('inventory.title'), href: withSandbox('/', sandbox) },
          { label: base.webhook.name, href: pathOf(base.webhook) },
        ]}
      >
        {t('edit.about', { sandbox })}
      </PageHeader>
      <ViewOnly />
      {role !== 'view' && (
        <EditorForm
          editor={editor}
          error={withoutFaults(save.error)}
          isSaving={save.isPending}
          isSaved={() => isSaved.current}
          onSubmit={submit}
          onCancel={() => void navigate(pathOf(base.webhook))}
          test={<TestButton editor={editor} send={(request) => api.testSaved(sandbox, id, request)} />}
        />
      )}
      {revealed && <RevealDialog secret={revealed} onClose={() => void navigate(pathOf(base.webhook))} />}
      {newer && (
        <ConflictDialog
          began={draftOf(base.webhook)}
          saved={newer.webhook}
          mine={editor.draft}
          onContinue={(choices) => {
            editor.replaceDraft(merge(draftOf(newer.webhook), editor.draft, choices));
            setBase(newer);
            setNewer(null);
          }}
          onCancel={() => setNewer(null)}
        />
      )}
    </>
  );
}
