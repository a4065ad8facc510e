import { TextField } from '@react-spectrum/s2';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };

import { type SecretFieldProps, WriteOnly } from './WriteOnly';

/** A write-only text. */
export function SecretField(props: SecretFieldProps) {
  const { label, description, secret, onChange, fault, isDisabled } = props;
  return (
    <WriteOnly {...props}>
      {(isReplacing) => (
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
      )}
    </WriteOnly>
  );
}
