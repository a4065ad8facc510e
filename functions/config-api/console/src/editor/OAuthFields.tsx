import { Radio, RadioGroup, TextField } from '@react-spectrum/s2';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };

import { useTexts } from '../texts/texts';
import type { OAuthDraft } from './draft';
import { SecretField } from './SecretField';
import type { Editor } from './useEditor';

/** The details of OAuth 2.0 client credentials. */
export function OAuthFields({ editor }: { editor: Editor }) {
  const { t } = useTexts();
  const { draft, setOAuth, faultAt, isDisabled } = editor;
  const { oauth } = draft;
  const text = (name: 'tokenUrl' | 'clientId' | 'scope' | 'audience') => ({
    value: oauth[name],
    onChange: (value: string) => setOAuth(name, value),
    isInvalid: !!faultAt(`/authentication/${name}`),
    errorMessage: faultAt(`/authentication/${name}`),
    autoComplete: 'off',
    spellCheck: 'false' as const,
    isDisabled,
    styles: style({ width: 'full' }),
  });
  return (
    <>
      <TextField
        label={t('oauth.tokenUrl')}
        description={t('oauth.tokenUrl.about')}
        isRequired
        {...text('tokenUrl')}
      />
      <TextField label={t('oauth.clientId')} isRequired {...text('clientId')} />
      <SecretField
        label={t('oauth.clientSecret')}
        description={t('oauth.clientSecret.about')}
        secret={oauth.clientSecret}
        onChange={(secret) => setOAuth('clientSecret', secret)}
        fault={faultAt('/authentication/clientSecret')}
        isDisabled={isDisabled}
      />
      <RadioGroup
        label={t('oauth.clientAuthentication')}
        value={oauth.clientAuthentication}
        onChange={(place) => setOAuth('clientAuthentication', place as OAuthDraft['clientAuthentication'])}
        isInvalid={!!faultAt('/authentication/clientAuthentication')}
        errorMessage={faultAt('/authentication/clientAuthentication')}
        isDisabled={isDisabled}
      >
        <Radio value="basic">{t('oauth.basic')}</Radio>
        <Radio value="body">{t('oauth.body')}</Radio>
      </RadioGroup>
      <TextField label={t('oauth.scope')} description={t('oauth.scope.about')} {...text('scope')} />
      <TextField label={t('oauth.audience')} description={t('oauth.audience.about')} {...text('audience')} />
    </>
  );
}
