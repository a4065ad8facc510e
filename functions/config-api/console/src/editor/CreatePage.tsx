import { Content, Heading, InlineAlert, Link } from '@react-spectrum/s2';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import { useMutation, useQuery } from '@tanstack/react-query';
import { useParams } from 'react-router';

import { asApiError } from '../api/problem';
import { keys, useApp, usePermissions } from '../app';
import { pathOf } from '../inventory/choose';
import { withSandbox } from '../shell/sandbox';
import { useTexts } from '../texts/texts';
import { emptyDraft } from './draft';
import { EditorPage, useAfterSave } from './EditorPage';
import { useEditor } from './useEditor';

/** Creates the webhook of a sandbox. */
export function Component() {
  const { sandbox = '' } = useParams();
  const { api } = useApp();
  const { t } = useTexts();
  const { mayChange } = usePermissions();
  const afterSave = useAfterSave();
  const webhooks = useQuery({ queryKey: keys.webhooks, queryFn: () => api.webhooks() });
  const existing = webhooks.data?.find((webhook) => webhook.sandbox === sandbox);
  const create = useMutation({
    mutationFn: async () => api.create(sandbox, editor.request()),
    onSuccess: (created) => afterSave.finish(created, 'created'),
    onError: (error) => {
      const problem = asApiError(error);
      editor.setFaults(problem.faults);
      if (problem.is('webhook-exists')) void webhooks.refetch();
    },
  });
  const editor = useEditor(emptyDraft, create.isPending || !mayChange);
  const inventory = withSandbox('/', sandbox);
  return (
    <EditorPage
      title={t('create.title')}
      about={t('create.about', { sandbox })}
      crumbs={[{ label: t('inventory.title'), href: inventory }]}
      editor={editor}
      save={create}
      afterSave={afterSave}
      back={inventory}
      sendTest={(request) => api.testUnsaved(sandbox, request)}
    >
      {existing && !afterSave.isSaved() && (
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
    </EditorPage>
  );
}
