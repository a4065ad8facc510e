import {
  ActionButton,
  DropZone,
  FileTrigger,
  Heading,
  IllustratedMessage,
  LabeledValue,
  TextArea,
  TextField,
} from '@react-spectrum/s2';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import { useState } from 'react';

import { Time } from '../parts/Time';
import { useTexts } from '../texts/texts';
import type { SecretDraft } from './draft';

/** More than this is no key: the API takes 4,096 bytes. */
const LARGEST_FILE_BYTES = 64 * 1024;

interface Props {
  label: string;
  description?: string;
  secret: SecretDraft;
  onChange: (secret: SecretDraft) => void;
  fault: string | undefined;
  isDisabled: boolean;
}

/** A write-only text: tells when the saved one was set, and takes another in its place. */
export function SecretField({ label, description, secret, onChange, fault, isDisabled }: Props) {
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
    <div>
      <TextField
        label={label}
        type="password"
        autoComplete="off"
        spellCheck="false"
        value={secret.value}
        onChange={(value) => onChange({ ...secret, value })}
        description={description}
        isInvalid={!!fault}
        errorMessage={fault}
        isDisabled={isDisabled}
        isRequired={!secret.savedAt}
        autoFocus={isReplacing}
        styles={style({ width: 'full' })}
      />
      {secret.savedAt && <Keep secret={secret} onChange={onChange} onKept={() => setReplacing(false)} />}
    </div>
  );
}

/** A write-only private key, pasted or taken from a file. */
export function KeyField({ label, description, secret, onChange, fault, isDisabled }: Props) {
  const { t } = useTexts();
  const [isReplacing, setReplacing] = useState(secret.value !== '');
  const [refusal, setRefusal] = useState<string | null>(null);
  if (secret.savedAt && !isReplacing && !fault)
    return (
      <SavedSecret
        label={label}
        savedAt={secret.savedAt}
        isDisabled={isDisabled}
        onReplace={() => setReplacing(true)}
      />
    );

  async function read(file: File) {
    if (file.size > LARGEST_FILE_BYTES) return setRefusal(t('key.tooLarge'));
    setRefusal(null);
    onChange({ ...secret, value: (await file.text()).trim() });
  }

  return (
    <div className={style({ display: 'flex', flexDirection: 'column', gap: 8 })}>
      <TextArea
        label={label}
        value={secret.value}
        onChange={(value) => onChange({ ...secret, value })}
        description={description}
        placeholder="-----BEGIN PRIVATE KEY-----"
        spellCheck="false"
        isInvalid={!!(fault ?? refusal)}
        errorMessage={fault ?? refusal ?? undefined}
        isDisabled={isDisabled}
        isRequired={!secret.savedAt}
        styles={style({ width: 'full' })}
      />
      {!isDisabled && (
        <DropZone
          aria-label={t('key.drop')}
          isFilled={false}
          onDrop={(event) => {
            const item = event.items.find((each) => each.kind === 'file');
            if (item?.kind === 'file') void item.getFile().then(read);
          }}
          styles={style({ width: 'full' })}
        >
          <IllustratedMessage orientation="horizontal" size="S">
            <Heading level={3}>{t('key.drop')}</Heading>
            <FileTrigger
              acceptedFileTypes={['.pem', '.key', '.txt']}
              onSelect={(files) => {
                const file = files?.item(0);
                if (file) void read(file);
              }}
            >
              <ActionButton isDisabled={isDisabled}>{t('key.choose')}</ActionButton>
            </FileTrigger>
          </IllustratedMessage>
        </DropZone>
      )}
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
