import { Button } from '@react-spectrum/s2';
import { useMutation } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';

import type { TestResult } from '../api/announced';
import type { WebhookRequest } from '../api/api';
import { asApiError } from '../api/problem';
import { useTexts } from '../texts/texts';
import { requestOf } from './draft';
import type { Editor } from './useEditor';

const TestDialog = lazy(() => import('../parts/TestDialog'));

/** Sends a test event with what the form holds at the moment. Faults show at their fields. */
export function TestButton({
  editor,
  send,
}: {
  editor: Editor;
  send: (request: WebhookRequest) => Promise<TestResult>;
}) {
  const { t } = useTexts();
  const [isOpen, setOpen] = useState(false);
  const test = useMutation({
    mutationFn: send,
    onMutate: () => setOpen(true),
    onError: (error) => {
      const { faults } = asApiError(error);
      if (!faults.length) return;
      setOpen(false);
      editor.setFaults(faults);
    },
  });

  function start() {
    const made = requestOf(editor.draft);
    if ('faults' in made) editor.setFaults(made.faults);
    else test.mutate(made.request);
  }

  return (
    <>
      <Button variant="secondary" fillStyle="outline" onPress={start} isDisabled={editor.isDisabled}>
        {t('test.send')}
      </Button>
      {isOpen && (
        <Suspense>
          <TestDialog
            result={test.data ?? null}
            error={test.error}
            isRunning={test.isPending}
            onAgain={start}
            onClose={() => setOpen(false)}
          />
        </Suspense>
      )}
    </>
  );
}
