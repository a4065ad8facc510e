import { ActionButton, LabeledValue } from '@react-spectrum/s2';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import { type ReactNode, useState } from 'react';

import { Time } from '../parts/Time';
import { useTexts } from '../texts/texts';
import type { SecretDraft } from './draft';

/** What a field for a secret needs. */
export interface SecretFieldProps {
  label: string;
  description?: string;
  secret: SecretDraft;
  onChange: (secret: SecretDraft) => void;
  fault: string | undefined;
  isDisabled: boolean;
}

/** Tells when the saved secret was set; shows the field that takes another one where there is none, or when asked to. */
export function WriteOnly({
  label,
  secret,
  onChange,
  fault,
  isDisabled,
  children,
}: SecretFieldProps & { children: (isReplacing: boolean) => ReactNode }) {
  const [isReplacing, setReplacing] = useState(secret.value !== '');
  if (secret.savedAt && !isReplacing && !fault)
    return (
      <SavedSecret
        label={label}
        savedAt={secret.savedAt}
        isDisabled={isDisabled}
        onReplace={() => setReplacing(true)}
      />
    );
  return (
    <div className={style({ display: 'flex', flexDirection: 'column', gap: 8 })}>
      {children(isReplacing)}
      {secret.savedAt && <Keep secret={secret} onChange={onChange} onKept={() => setReplacing(false)} />}
    </div>
  );
}

function SavedSecret({
  label,
  savedAt,
  isDisabled,
  onReplace,
}: {
  label: string;
  savedAt: string;
  isDisabled: boolean;
  onReplace: () => void;
}) {
  const { t } = useTexts();
  return (
    <div
      className={style({
        display: 'flex',
        flexWrap: 'wrap',
        alignItems: 'end',
        justifyContent: 'space-between',
        gap: 12,
      })}
    >
      <LabeledValue label={label} value={<SetSince iso={savedAt} />} />
      <ActionButton
        size="S"
        isDisabled={isDisabled}
        onPress={onReplace}
        aria-label={t('secret.replaceNamed', { label })}
      >
        {t('secret.replace')}
      </ActionButton>
    </div>
  );
}

/** Tells that a secret is set, and since when. It can never be read again. */
export function SetSince({ iso }: { iso: string }) {
  const { t } = useTexts();
  return (
    <span>
      ••••••••{' '}
      <span className={style({ color: 'neutral-subdued' })}>
        ({t('secret.set')} <Time iso={iso} />)
      </span>
    </span>
  );
}

function Keep({
  secret,
  onChange,
  onKept,
}: {
  secret: SecretDraft;
  onChange: (secret: SecretDraft) => void;
  onKept: () => void;
}) {
  const { t } = useTexts();
  return (
    <ActionButton
      size="S"
      isQuiet
      onPress={() => {
        onChange({ ...secret, value: '' });
        onKept();
      }}
    >
      {t('secret.keep')}
    </ActionButton>
  );
}
