import { Button, Radio, RadioGroup } from '@react-spectrum/s2';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import { useState } from 'react';

import type { Webhook } from '../api/api';
import { ActionDialog } from '../parts/ActionDialog';
import { useChannelName } from '../parts/names';
import { type PlainKey, useTexts } from '../texts/texts';
import { conflictsOf, type Part, type Side } from './conflict';
import type { Draft } from './draft';
import { draftOf } from './draftOf';

const PART_TEXTS: Record<Part, PlainKey> = {
  name: 'field.name',
  channels: 'field.channels',
  url: 'field.url',
  feedbackStatuses: 'field.statuses',
  campaigns: 'field.campaigns',
  paused: 'field.paused',
  authentication: 'section.authentication',
  headers: 'section.headers',
};

/** Shows what somebody else saved meanwhile, and lets the administrator choose for each part. */
export function ConflictDialog({
  began,
  saved,
  mine,
  onContinue,
  onCancel,
}: {
  began: Draft;
  saved: Webhook;
  mine: Draft;
  onContinue: (choices: Partial<Record<Part, Side>>) => void;
  onCancel: () => void;
}) {
  const { t, ago } = useTexts();
  const describe = useDescription();
  const savedDraft = draftOf(saved);
  const conflicts = conflictsOf(began, savedDraft, mine);
  const [choices, setChoices] = useState<Partial<Record<Part, Side>>>(() =>
    Object.fromEntries(conflicts.map(({ part, changedHere }) => [part, changedHere ? 'mine' : 'saved'])),
  );
  return (
    <ActionDialog
      title={t('conflict.title')}
      size="L"
      onClose={onCancel}
      action={
        <Button variant="accent" onPress={() => onContinue(choices)}>
          {t('conflict.continue')}
        </Button>
      }
    >
      <p className={style({ marginTop: 0 })}>
        {t('conflict.text', { who: saved.modifiedBy, ago: ago(saved.modifiedAt) })}
      </p>
      <div className={style({ display: 'flex', flexDirection: 'column', gap: 16 })}>
        {conflicts.map(({ part }) => (
          <RadioGroup
            key={part}
            label={t(PART_TEXTS[part])}
            value={choices[part] ?? 'mine'}
            onChange={(side) => setChoices({ ...choices, [part]: side as Side })}
          >
            <Radio value="saved">{t('conflict.saved', { value: describe(savedDraft, part) })}</Radio>
            <Radio value="mine">{t('conflict.mine', { value: describe(mine, part) })}</Radio>
          </RadioGroup>
        ))}
      </div>
    </ActionDialog>
  );
}

/** A part of a draft in one line. Secrets are never part of it. */
function useDescription(): (draft: Draft, part: Part) => string {
  const { t, list, exactTime } = useTexts();
  const channelName = useChannelName();
  const exactOf = (iso: string | null) => iso && exactTime(iso);
  return (draft, part) => {
    switch (part) {
      case 'name':
      case 'url':
        return draft[part];
      case 'channels':
        return list(draft.channels.map(channelName)) || '–';
      case 'feedbackStatuses':
        return list(draft.feedbackStatuses) || '–';
      case 'campaigns':
        return t(draft.campaigns === 'all' ? 'campaigns.all' : 'campaigns.switchedOn');
      case 'paused':
        return t(draft.paused ? 'yes' : 'no');
      case 'headers':
        return (
          draft.headers
            .map(({ name, value, secret, savedAt }) =>
              secret ? `${name}: •••• ${savedAt ? `(${exactTime(savedAt)})` : ''}` : `${name}: ${value}`,
            )
            .join(' · ') || '–'
        );
      case 'authentication': {
        const { jwt, signature, oauth } = draft;
        if (draft.authenticationType === 'none') return t('authentication.none');
        if (draft.authenticationType === 'standardWebhooks')
          return [t('authentication.standardWebhooks'), signature.scheme, exactOf(signature.secret.savedAt)]
            .filter(Boolean)
            .join(' · ');
        if (draft.authenticationType === 'oauth2ClientCredentials')
          return [
            t('authentication.oauth2'),
            oauth.tokenUrl,
            oauth.clientId,
            t(oauth.clientAuthentication === 'basic' ? 'oauth.basic' : 'oauth.body'),
            oauth.scope,
            oauth.audience,
            exactOf(oauth.clientSecret.savedAt),
          ]
            .filter(Boolean)
            .join(' · ');
        const since = jwt.secret.savedAt ?? jwt.privateKey.savedAt;
        return [
          t('authentication.jwtWith', { algorithm: jwt.algorithm }),
          jwt.keyId && `kid ${jwt.keyId}`,
          jwt.issuer && `iss ${jwt.issuer}`,
          jwt.subject && `sub ${jwt.subject}`,
          jwt.audience && `aud ${jwt.audience.replaceAll('\n', ', ')}`,
          `${jwt.lifetimeSeconds} s`,
          jwt.claims && jwt.claims.replace(/\s+/g, ' '),
          `${jwt.headerName}: ${jwt.headerPrefix}`,
          jwt.tokenPerDelivery && t('jwt.tokenPerDelivery'),
          exactOf(since),
        ]
          .filter(Boolean)
          .join(' · ');
      }
    }
  };
}
