import { ComboBox, ComboBoxItem } from '@react-spectrum/s2';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { keys, useApp } from '../app';
import { FIRST_SANDBOX, SANDBOX_PATTERN } from '../shell/sandbox';
import { useTexts } from '../texts/texts';

/** Chooses a sandbox: one that has a webhook, or any other by its name. */
export function SandboxPicker({
  sandbox,
  onChange,
}: {
  sandbox: string;
  onChange: (sandbox: string) => void;
}) {
  const { api } = useApp();
  const { t } = useTexts();
  const webhooks = useQuery({ queryKey: keys.webhooks, queryFn: () => api.webhooks() });
  const [typed, setTyped] = useState(sandbox);
  const names = [
    ...new Set([FIRST_SANDBOX, sandbox, ...(webhooks.data ?? []).map((webhook) => webhook.sandbox)]),
  ];
  const choose = (name: string) => {
    const trimmed = name.trim();
    if (!SANDBOX_PATTERN.test(trimmed)) return;
    setTyped(trimmed);
    if (trimmed !== sandbox) onChange(trimmed);
  };
  return (
    <ComboBox
      label={t('sandbox')}
      allowsCustomValue
      menuTrigger="focus"
      inputValue={typed}
      onInputChange={setTyped}
      onSelectionChange={(key) => choose(key === null ? typed : String(key))}
      isInvalid={typed.trim() !== '' && !SANDBOX_PATTERN.test(typed.trim())}
      errorMessage={t('sandbox.wrong')}
      items={names.toSorted().map((name) => ({ id: name, name }))}
    >
      {({ id, name }) => <ComboBoxItem id={id}>{name}</ComboBoxItem>}
    </ComboBox>
  );
}
