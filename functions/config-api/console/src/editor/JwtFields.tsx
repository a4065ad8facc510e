import {
  Checkbox,
  NumberField,
  Picker,
  PickerItem,
  PickerSection,
  Header,
  Heading,
  TextArea,
  TextField,
} from '@react-spectrum/s2';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };

import type { Algorithm } from '../api/api';
import { useTexts } from '../texts/texts';
import { isShared, type JwtDraft } from './draft';
import { KeyField } from './KeyField';
import { SecretField } from './SecretField';
import type { Editor } from './useEditor';

const SHARED: Algorithm[] = ['HS256', 'HS384', 'HS512'];
const KEY_PAIR: Algorithm[] = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'EdDSA',
];

const wide = style({ width: 'full' });
/** Two short fields beside each other where there is room. */
const pair = style({
  display: 'flex',
  flexDirection: { default: 'column', sm: 'row' },
  columnGap: 16,
  rowGap: 20,
  alignItems: 'start',
});

/** The details of JWT authentication. */
export function JwtFields({ editor }: { editor: Editor }) {
  const { t } = useTexts();
  const { draft, setJwt, faultAt, isDisabled } = editor;
  const { jwt } = draft;
  const text = (name: 'keyId' | 'issuer' | 'subject' | 'headerName' | 'headerPrefix') => ({
    value: jwt[name],
    onChange: (value: string) => setJwt(name, value as JwtDraft[typeof name]),
    isInvalid: !!faultAt(`/authentication/${name}`),
    errorMessage: faultAt(`/authentication/${name}`),
    isDisabled,
    styles: wide,
  });
  return (
    <>
      <Picker
        label={t('jwt.algorithm')}
        value={jwt.algorithm}
        onChange={(algorithm) => setJwt('algorithm', algorithm as Algorithm)}
        isInvalid={!!faultAt('/authentication/algorithm')}
        errorMessage={faultAt('/authentication/algorithm')}
        description={t(isShared(jwt.algorithm) ? 'jwt.shared.about' : 'jwt.keyPair.about')}
        isDisabled={isDisabled}
        styles={style({ width: { default: 'full', sm: 400 } })}
      >
        <PickerSection>
          <Header>
            <Heading>{t('jwt.shared')}</Heading>
          </Header>
          {SHARED.map((algorithm) => (
            <PickerItem key={algorithm} id={algorithm}>
              {algorithm}
            </PickerItem>
          ))}
        </PickerSection>
        <PickerSection>
          <Header>
            <Heading>{t('jwt.keyPair')}</Heading>
          </Header>
          {KEY_PAIR.map((algorithm) => (
            <PickerItem key={algorithm} id={algorithm}>
              {algorithm}
            </PickerItem>
          ))}
        </PickerSection>
      </Picker>
      {isShared(jwt.algorithm) ? (
        <SecretField
          label={t('jwt.secret')}
          description={t('jwt.secret.about', { bytes: Number(jwt.algorithm.slice(2)) / 8 })}
          secret={jwt.secret}
          onChange={(secret) => setJwt('secret', secret)}
          fault={faultAt('/authentication/secret')}
          isDisabled={isDisabled}
        />
      ) : (
        <>
          <Checkbox
            isSelected={jwt.generateKey}
            onChange={(generateKey) => setJwt('generateKey', generateKey)}
            isDisabled={isDisabled}
          >
            {t('jwt.generateKey')}
          </Checkbox>
          {!jwt.generateKey && (
            <KeyField
              label={t('jwt.privateKey')}
              description={t('jwt.privateKey.about')}
              secret={jwt.privateKey}
              onChange={(privateKey) => setJwt('privateKey', privateKey)}
              fault={faultAt('/authentication/privateKey')}
              isDisabled={isDisabled}
            />
          )}
        </>
      )}
      {(jwt.privateKey.savedAt ?? jwt.secret.savedAt) &&
        !isShared(jwt.algorithm) &&
        (jwt.generateKey || jwt.privateKey.value) && (
          <div role="status" className={style({ font: 'ui-sm', color: 'neutral-subdued' })}>
            {t('keys.atOnce')}
          </div>
        )}
      <div className={pair}>
        <TextField label={t('jwt.issuer')} description={t('jwt.issuer.about')} {...text('issuer')} />
        <TextField label={t('jwt.subject')} description={t('jwt.subject.about')} {...text('subject')} />
      </div>
      <TextArea
        label={t('jwt.audience')}
        description={t('jwt.audience.about')}
        value={jwt.audience}
        onChange={(audience) => setJwt('audience', audience)}
        isInvalid={!!faultAt('/authentication/audience')}
        errorMessage={faultAt('/authentication/audience')}
        isDisabled={isDisabled}
        styles={wide}
      />
      <div className={pair}>
        <NumberField
          label={t('jwt.lifetime')}
          description={t('jwt.lifetime.about')}
          value={jwt.lifetimeSeconds}
          onChange={(seconds) => setJwt('lifetimeSeconds', Number.isNaN(seconds) ? 300 : seconds)}
          step={1}
          isInvalid={!!faultAt('/authentication/lifetimeSeconds')}
          errorMessage={faultAt('/authentication/lifetimeSeconds')}
          isDisabled={isDisabled}
          styles={wide}
        />
        <TextField label={t('jwt.keyId')} description={t('jwt.keyId.about')} {...text('keyId')} />
      </div>
      <TextArea
        label={t('jwt.claims')}
        description={t('jwt.claims.about')}
        placeholder={'{ "tenant": "luma" }'}
        spellCheck="false"
        value={jwt.claims}
        onChange={(claims) => setJwt('claims', claims)}
        isInvalid={!!faultAt('/authentication/claims')}
        errorMessage={faultAt('/authentication/claims')}
        isDisabled={isDisabled}
        styles={wide}
      />
      <div className={pair}>
        <TextField
          label={t('jwt.headerName')}
          description={t('jwt.headerName.about')}
          {...text('headerName')}
        />
        <TextField
          label={t('jwt.headerPrefix')}
          description={t('jwt.headerPrefix.about')}
          {...text('headerPrefix')}
        />
      </div>
      <Checkbox
        isSelected={jwt.tokenPerDelivery}
        onChange={(tokenPerDelivery) => setJwt('tokenPerDelivery', tokenPerDelivery)}
        isDisabled={isDisabled}
      >
        {t('jwt.tokenPerDelivery')}
      </Checkbox>
    </>
  );
}
