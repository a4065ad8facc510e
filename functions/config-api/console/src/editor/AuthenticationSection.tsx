import { Picker, PickerItem } from '@react-spectrum/s2';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };

import { fields, Section } from '../parts/Section';
import { type PlainKey, useTexts } from '../texts/texts';
import type { AuthenticationType } from './draft';
import { JwtFields } from './JwtFields';
import { OAuthFields } from './OAuthFields';
import { SignatureFields } from './SignatureFields';
import type { Editor } from './useEditor';

const TYPES: { id: AuthenticationType; name: PlainKey; about: PlainKey }[] = [
  { id: 'none', name: 'authentication.none', about: 'authentication.none.about' },
  { id: 'jwt', name: 'authentication.jwt', about: 'authentication.jwt.about' },
  {
    id: 'standardWebhooks',
    name: 'authentication.standardWebhooks',
    about: 'authentication.standardWebhooks.about',
  },
  { id: 'oauth2ClientCredentials', name: 'authentication.oauth2', about: 'authentication.oauth2.about' },
];

/** How the endpoint knows that a request is ours. The fields follow the type. */
export function AuthenticationSection({ editor }: { editor: Editor }) {
  const { t } = useTexts();
  const { draft, set, faultAt, isDisabled } = editor;
  const chosen = TYPES.find(({ id }) => id === draft.authenticationType);
  return (
    <Section title={t('section.authentication')}>
      <div className={fields}>
        <Picker
          label={t('field.authentication')}
          value={draft.authenticationType}
          onChange={(type) => set('authenticationType', type as AuthenticationType)}
          description={chosen && t(chosen.about)}
          isInvalid={!!faultAt('/authentication/type')}
          errorMessage={faultAt('/authentication/type')}
          isDisabled={isDisabled}
          items={TYPES}
          styles={style({ width: { default: 'full', sm: 400 } })}
        >
          {({ id, name }) => <PickerItem id={id}>{t(name)}</PickerItem>}
        </Picker>
        {draft.authenticationType === 'jwt' && <JwtFields editor={editor} />}
        {draft.authenticationType === 'standardWebhooks' && <SignatureFields editor={editor} />}
        {draft.authenticationType === 'oauth2ClientCredentials' && <OAuthFields editor={editor} />}
      </div>
    </Section>
  );
}
