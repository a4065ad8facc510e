import { Button } from '@react-spectrum/s2';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';

import type { Webhook } from '../api/api';
import { keys, useApp } from '../app';
import { useTexts } from '../texts/texts';

const TestDialog = lazy(() => import('../parts/TestDialog'));

/** Sends a test event with the configuration as it is saved. */
export function SavedTestButton({ webhook, isDisabled }: { webhook: Webhook; isDisabled: boolean }) {
  const { sandbox, id } = webhook;
  const { api } = useApp();
  const { t } = useTexts();
  const queries = useQueryClient();
  const [isOpen, setOpen] = useState(false);
  const test = useMutation({
    mutationFn: () => api.testSaved(sandbox, id),
    onMutate: () => setOpen(true),
    onSettled: () => void queries.invalidateQueries({ queryKey: keys.attempts(sandbox, id) }),
  });
  return (
    <>
      <Button variant="secondary" fillStyle="outline" isDisabled={isDisabled} onPress={() => test.mutate()}>
        {t('test.send')}
      </Button>
      {isOpen && (
        <Suspense>
          <TestDialog
            result={test.data ?? null}
            error={test.error}
            isRunning={test.isPending}
            onAgain={() => test.mutate()}
            onClose={() => setOpen(false)}
          />
        </Suspense>
      )}
    </>
  );
}
