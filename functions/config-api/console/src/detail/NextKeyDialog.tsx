import { Button, Form, Radio, RadioGroup, TextField, ToastQueue } from '@react-spectrum/s2';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import type { Versioned } from '../api/api';
import { asApiError } from '../api/problem';
import { keys, useApp } from '../app';
import { at, faultsOf } from '../editor/faults';
import { KeyField } from '../editor/KeyField';
import { given } from '../editor/typed';
import { ActionDialog } from '../parts/ActionDialog';
import { faultText } from '../texts/faults';
import { useTexts } from '../texts/texts';

/** Publishes the key that is going to sign: one that is made by the service, or the administrator's own. */
export function NextKeyDialog({ versioned, onClose }: { versioned: Versioned; onClose: () => void }) {
  const { webhook, etag } = versioned;
  const { sandbox, id } = webhook;
  const { api } = useApp();
  const { t, language } = useTexts();
  const queries = useQueryClient();
  const [source, setSource] = useState<'generated' | 'own'>('generated');
  const [privateKey, setPrivateKey] = useState({ value: '', savedAt: null as string | null });
  const [keyId, setKeyId] = useState('');
  const publish = useMutation({
    mutationFn: () =>
      api.publishNextKey(sandbox, id, etag, {
        keyId: given(keyId.trim()),
        ...(source === 'generated' ? { generateKey: true } : { privateKey: given(privateKey.value.trim()) }),
      }),
    onSuccess: (changed) => {
      queries.setQueryData(keys.webhook(sandbox, id), changed);
      ToastQueue.positive(t('keys.published.done'), { timeout: 6000 });
      onClose();
    },
    onError: (error) => {
      if ([404, 409, 412].includes(asApiError(error).status))
        void queries.invalidateQueries({ queryKey: keys.webhook(sandbox, id) });
    },
  });
  const faults = faultsOf(asApiError(publish.error).faults);
  const faultAt = (pointer: string) =>
    given(
      at(faults, pointer)
        .map((fault) => faultText(fault, language, t))
        .join(' '),
    );
  const shown = at(faults, '/privateKey').length + at(faults, '/keyId').length;
  return (
    <ActionDialog
      title={t('keys.publish')}
      error={shown ? null : publish.error}
      onClose={onClose}
      action={
        <Button variant="accent" type="submit" form="publish-key" isPending={publish.isPending}>
          {t('keys.publish.submit')}
        </Button>
      }
    >
      <p className={style({ marginTop: 0 })}>{t('keys.publish.text')}</p>
      <Form
        id="publish-key"
        validationBehavior="aria"
        onSubmit={(event) => {
          event.preventDefault();
          publish.mutate();
        }}
      >
        <RadioGroup
          label={t('keys.publish.source')}
          value={source}
          onChange={(source) => setSource(source === 'own' ? 'own' : 'generated')}
        >
          <Radio value="generated">{t('keys.generate')}</Radio>
          <Radio value="own">{t('signature.own')}</Radio>
        </RadioGroup>
        {source === 'own' && (
          <KeyField
            label={t('jwt.privateKey')}
            description={t('jwt.privateKey.about')}
            secret={privateKey}
            onChange={(key) => {
              setPrivateKey(key);
              publish.reset();
            }}
            fault={faultAt('/privateKey')}
            isDisabled={publish.isPending}
          />
        )}
        <TextField
          label={t('jwt.keyId')}
          description={t('keys.keyId.about')}
          autoComplete="off"
          spellCheck="false"
          value={keyId}
          onChange={(keyId) => {
            setKeyId(keyId);
            publish.reset();
          }}
          isInvalid={!!faultAt('/keyId')}
          errorMessage={faultAt('/keyId')}
          isDisabled={publish.isPending}
          styles={style({ width: 'full' })}
        />
      </Form>
    </ActionDialog>
  );
}
