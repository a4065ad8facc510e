import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useParams } from 'react-router';

import type { Versioned } from '../api/api';
import { asApiError } from '../api/problem';
import { keys, useApp, usePermissions } from '../app';
import { pathOf } from '../inventory/choose';
import { Failure } from '../parts/Failure';
import { Loading } from '../parts/Loading';
import { PageHeader } from '../shell/PageHeader';
import { withSandbox } from '../shell/sandbox';
import { useTexts } from '../texts/texts';
import { conflictsOf, merge } from './conflict';
import { ConflictDialog } from './ConflictDialog';
import { draftOf } from './draftOf';
import { EditorPage, useAfterSave } from './EditorPage';
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
  const { mayChange } = usePermissions();
  const afterSave = useAfterSave();
  const [base, setBase] = useState(began);
  const [newer, setNewer] = useState<Versioned | null>(null);
  const { sandbox, id, name } = base.webhook;
  const save = useMutation({
    mutationFn: async () => {
      const request = editor.request();
      try {
        return await api.replace(sandbox, id, base.etag, request);
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
    onSuccess: (saved) => saved && afterSave.finish(saved, 'saved'),
    onError: (error) => editor.setFaults(asApiError(error).faults),
  });
  const editor = useEditor(draftOf(base.webhook), save.isPending || !mayChange);
  return (
    <EditorPage
      title={t('edit.title')}
      about={t('edit.about', { sandbox })}
      crumbs={[
        { label: t('inventory.title'), href: withSandbox('/', sandbox) },
        { label: name, href: pathOf(base.webhook) },
      ]}
      editor={editor}
      save={save}
      afterSave={afterSave}
      back={pathOf(base.webhook)}
      sendTest={(request) => api.testSaved(sandbox, id, request)}
    >
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
    </EditorPage>
  );
}
