import { Button } from '@react-spectrum/s2';
import { useMutation } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';

import type { TestReport } from '../api/api';
import { asApiError, type FieldFault } from '../api/problem';
import { useTexts } from '../texts/texts';

const TestDialog = lazy(() => import('./TestDialog'));

/** Sends a test event and shows how it went. */
export function TestButton({
  send,
  isDisabled,
  onFaults,
  onSettled,
}: {
  send: () => Promise<TestReport>;
  isDisabled: boolean;
  /** Takes faults of fields to where the fields are; the dialog closes for them. */
  onFaults?: (faults: FieldFault[]) => void;
  onSettled?: () => void;
}) {
  const { t } = useTexts();
  const [isOpen, setOpen] = useState(false);
  const test = useMutation({
    mutationFn: async () => send(),
    onMutate: () => setOpen(true),
    onError: (error) => {
      const { faults } = asApiError(error);
      if (!faults.length || !onFaults) return;
      setOpen(false);
      onFaults(faults);
    },
    onSettled,
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
