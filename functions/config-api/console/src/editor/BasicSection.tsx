import { Checkbox, CheckboxGroup, Radio, RadioGroup, Switch, TextField } from '@react-spectrum/s2';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import { useState } from 'react';

import type { Channel } from '../api/api';
import { fields, Section } from '../parts/Section';
import { useChannelName } from '../parts/names';
import { type PlainKey, useTexts } from '../texts/texts';
import { statusesInOrder, USUAL_STATUSES } from './draft';
import type { Editor } from './useEditor';

const STATUS_TEXTS: Record<string, PlainKey> = {
  sent: 'status.sent',
  delivered: 'status.delivered',
  bounce: 'status.bounce',
  error: 'status.error',
};

/** Name, channels, endpoint, and which events it receives. */
export function BasicSection({ editor }: { editor: Editor }) {
  const { t } = useTexts();
  const channelName = useChannelName();
  const { draft, set, faultAt, isDisabled } = editor;
  return (
    <Section title={t('section.basic')}>
      <div className={fields}>
        <TextField
          label={t('field.name')}
          isRequired
          value={draft.name}
          onChange={(name) => set('name', name)}
          isInvalid={!!faultAt('/name')}
          errorMessage={faultAt('/name')}
          description={t('field.name.about')}
          isDisabled={isDisabled}
          styles={style({ width: 'full' })}
        />
        <CheckboxGroup
          label={t('field.channels')}
          orientation="horizontal"
          isRequired
          value={draft.channels}
          onChange={(channels) => set('channels', (channels as Channel[]).toSorted())}
          isInvalid={!!faultAt('/channels')}
          errorMessage={faultAt('/channels')}
          description={t('field.channels.about')}
          isDisabled={isDisabled}
        >
          <Checkbox value="email">{channelName('email')}</Checkbox>
          <Checkbox value="sms">{channelName('sms')}</Checkbox>
        </CheckboxGroup>
        <TextField
          label={t('field.url')}
          isRequired
          inputMode="url"
          autoComplete="off"
          spellCheck="false"
          placeholder="https://hooks.example.com/feedback"
          value={draft.url}
          onChange={(url) => set('url', url)}
          isInvalid={!!faultAt('/url')}
          errorMessage={faultAt('/url')}
          description={t('field.url.about')}
          isDisabled={isDisabled}
          styles={style({ width: 'full' })}
        />
        <Statuses editor={editor} />
        <RadioGroup
          label={t('field.campaigns')}
          value={draft.campaigns}
          onChange={(campaigns) => set('campaigns', campaigns === 'all' ? 'all' : 'switchedOn')}
          isInvalid={!!faultAt('/campaigns')}
          errorMessage={faultAt('/campaigns')}
          description={t('field.campaigns.about')}
          isDisabled={isDisabled}
        >
          <Radio value="switchedOn">{t('campaigns.switchedOn')}</Radio>
          <Radio value="all">{t('campaigns.all')}</Radio>
        </RadioGroup>
        <div>
          <Switch
            isSelected={draft.paused}
            onChange={(paused) => set('paused', paused)}
            isDisabled={isDisabled}
          >
            {t('field.paused')}
          </Switch>
          <div className={style({ font: 'ui-sm', color: 'neutral-subdued', marginTop: 4 })}>
            {t('field.paused.about')}
          </div>
        </div>
      </div>
    </Section>
  );
}

function Statuses({ editor }: { editor: Editor }) {
  const { t } = useTexts();
  const { draft, set, faultAt, isDisabled } = editor;
  const usual = draft.feedbackStatuses.filter((status) => USUAL_STATUSES.includes(status));
  const others = draft.feedbackStatuses.filter((status) => !USUAL_STATUSES.includes(status));
  const [typed, setTyped] = useState(others.join(', '));
  const change = (usual: string[], others: string) =>
    set(
      'feedbackStatuses',
      statusesInOrder([
        ...usual,
        ...others
          .split(/[\s,;]+/)
          .map((status) => status.trim())
          .filter(Boolean),
      ]),
    );
  const fault = faultAt('/feedbackStatuses');
  return (
    <>
      <CheckboxGroup
        label={t('field.statuses')}
        orientation="horizontal"
        value={usual}
        onChange={(usual) => change(usual, typed)}
        isInvalid={!!fault}
        errorMessage={fault}
        isDisabled={isDisabled}
      >
        {USUAL_STATUSES.map((status) => (
          <Checkbox key={status} value={status}>
            {t(STATUS_TEXTS[status]!)}
          </Checkbox>
        ))}
      </CheckboxGroup>
      <TextField
        label={t('field.otherStatuses')}
        value={typed}
        onChange={(others) => {
          setTyped(others);
          change(usual, others);
        }}
        description={t('field.otherStatuses.about')}
        isDisabled={isDisabled}
        styles={style({ width: 'full' })}
      />
    </>
  );
}
