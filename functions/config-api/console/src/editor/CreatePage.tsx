import { Content, Heading, InlineAlert, Link, ToastQueue } from '@react-spectrum/s2';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { useNavigate, useParams } from 'react-router';

import { type ApiError, asApiError } from '../api/problem';
import { keys, useApp, usePermissions } from '../app';
import { pathOf } from '../inventory/choose';
import { ViewOnly } from '../parts/ViewOnly';
import { PageHeader } from '../shell/PageHeader';
import { withSandbox } from '../shell/sandbox';
import { useTexts } from '../texts/texts';
import { emptyDraft, requestOf } from './draft';
import { EditorForm } from './EditorForm';
import { RevealDialog, takeGeneratedSecret } from './RevealDialog';
import { TestButton } from './TestButton';
import { useEditor } from './useEditor';

/** Creates the webhook of a sandbox. */
export function Component() {
  const { sandbox = '' } = useParams();
  const { api } = useApp();
  const { t } = useTexts();
  const { role, mayChange } = usePermissions();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const isSaved = useRef(false);
  const [revealed, setRevealed] = useState<{ secret: string; path: string } | null>(null);
  const webhooks = useQuery({ queryKey: keys.webhooks, queryFn: () => api.webhooks() });
  const existing = webhooks.data?.find((webhook) => webhook.sandbox === sandbox);
  const create = useMutation({
    mutationFn: (request: Parameters<typeof api.create>[1]) => api.create(sandbox, request),
    onSuccess: (answer) => {
      isSaved.current = true;
      const { secret, saved: created } = takeGeneratedSecret(answer);
      queries.setQueryData(keys.webhook(sandbox, created.webhook.id), created);
      void queries.invalidateQueries({ queryKey: keys.webhooks });
      ToastQueue.positive(t('created', { name: created.webhook.name }), { timeout: 6000 });
      if (secret) setRevealed({ secret, path: pathOf(created.webhook) });
      else void navigate(pathOf(created.webhook), { replace: true });
    },
    onError: (error) => {
      const problem = asApiError(error);
      editor.setFaults(problem.faults);
      if (problem.is('webhook-exists')) void webhooks.refetch();
    },
  });
  const editor = useEditor(emptyDraft, create.isPending || !mayChange);

  function submit() {
    const made = requestOf(editor.draft);
    if ('faults' in made) editor.setFaults(made.faults);
    else create.mutate(made.request);
  }

  return (
    <>
      <PageHeader
        title={t('create.title')}
        crumbs={[{ label: t('inventory.title'), href: withSandbox('/', sandbox) }]}
      >
        {t('create.about', { sandbox })}
      </PageHeader>
      <ViewOnly />
      {existing && !isSaved.current && (
        <div className={style({ marginBottom: 24 })}>
          <InlineAlert variant="notice">
            <Heading level={2}>{t('exists.title')}</Heading>
            <Content>
              {t('exists.text')}{' '}
              <Link href={pathOf(existing)}>{t('exists.open', { name: existing.name })}</Link>
            </Content>
          </InlineAlert>
        </div>
      )}
      {role !== 'view' && (
        <EditorForm
          editor={editor}
          error={withoutFaults(create.error)}
          isSaving={create.isPending}
          isSaved={() => isSaved.current}
          onSubmit={submit}
          onCancel={() => void navigate(withSandbox('/', sandbox))}
          test={<TestButton editor={editor} send={(request) => api.testUnsaved(sandbox, request)} />}
        />
      )}
      {revealed && (
        <RevealDialog
          secret={revealed.secret}
          onClose={() => void navigate(revealed.path, { replace: true })}
        />
      )}
    </>
  );
}

/** An error that the fields do not show. */
export function withoutFaults(error: unknown): ApiError | null {
  if (!error) return null;
  const problem = asApiError(error);
  return problem.faults.length ? null : problem;
}
