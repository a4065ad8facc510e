import { Checkbox, Radio, RadioGroup } from '@react-spectrum/s2';

import { useTexts } from '../texts/texts';
import type { SignatureDraft } from './draft';
import { SecretField } from './SecretField';
import { SetSince } from './WriteOnly';
import type { Editor } from './useEditor';

/** The details of a Standard Webhooks signature. */
export function SignatureFields({ editor }: { editor: Editor }) {
  const { t } = useTexts();
  const { draft, setSignature, faultAt, isDisabled } = editor;
  const { scheme, secret, source, keepPrevious } = draft.signature;
  const fault = faultAt('/authentication/secret');
  return (
    <>
      <RadioGroup
        label={t('signature.scheme')}
        value={scheme}
        onChange={(scheme) => setSignature('scheme', scheme as SignatureDraft['scheme'])}
        isInvalid={!!faultAt('/authentication/scheme')}
        errorMessage={faultAt('/authentication/scheme')}
        isDisabled={isDisabled}
      >
        <Radio value="v1">{t('signature.v1')}</Radio>
        <Radio value="v1a">{t('signature.v1a')}</Radio>
      </RadioGroup>
      <RadioGroup
        label={t('jwt.secret')}
        value={source}
        onChange={(source) => setSignature('source', source as SignatureDraft['source'])}
        description={t(`signature.generated.${scheme}`)}
        isInvalid={!!faultAt('/authentication/generateSecret')}
        errorMessage={faultAt('/authentication/generateSecret')}
        isDisabled={isDisabled}
      >
        {secret.savedAt && (
          <Radio value="saved">
            {t('secret.keep')} <SetSince iso={secret.savedAt} />
          </Radio>
        )}
        <Radio value="generated">{t('signature.generated')}</Radio>
        <Radio value="own">{t('signature.own')}</Radio>
      </RadioGroup>
      {(source === 'own' || fault) && (
        <SecretField
          label={t('signature.secret')}
          description={t(scheme === 'v1' ? 'signature.secret.v1' : 'signature.secret.v1a')}
          secret={{ ...secret, savedAt: null }}
          onChange={({ value }) => setSignature('secret', { ...secret, value })}
          fault={fault}
          isDisabled={isDisabled}
        />
      )}
      {secret.savedAt && source !== 'saved' && (
        <Checkbox
          isSelected={keepPrevious}
          onChange={(keepPrevious) => setSignature('keepPrevious', keepPrevious)}
          isDisabled={isDisabled}
        >
          {t('signature.keepPrevious')}
        </Checkbox>
      )}
    </>
  );
}
