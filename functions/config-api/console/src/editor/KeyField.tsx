import {
  ActionButton,
  DropZone,
  FileTrigger,
  Heading,
  IllustratedMessage,
  TextArea,
} from '@react-spectrum/s2';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import { useState } from 'react';

import { useTexts } from '../texts/texts';
import { type SecretFieldProps, WriteOnly } from './WriteOnly';

/** More than this is no key: the API takes 4,096 bytes. */
const LARGEST_FILE_BYTES = 64 * 1024;

/** A write-only private key, pasted or taken from a file. */
export function KeyField(props: SecretFieldProps) {
  const { label, description, secret, onChange, fault, isDisabled } = props;
  const { t } = useTexts();
  const [refusal, setRefusal] = useState<string | null>(null);

  async function read(file: File) {
    if (file.size > LARGEST_FILE_BYTES) return setRefusal(t('key.tooLarge'));
    setRefusal(null);
    onChange({ ...secret, value: (await file.text()).trim() });
  }

  return (
    <WriteOnly {...props}>
      {() => (
        <>
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
        </>
      )}
    </WriteOnly>
  );
}
