import {
  ActionButton,
  AlertDialog,
  Button,
  Content,
  DialogContainer,
  Form,
  Heading,
  InlineAlert,
  Link,
  TextField,
  ToastQueue,
} from '@react-spectrum/s2';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import type { CampaignSwitch } from '../api/api';
import { asApiError } from '../api/problem';
import { keys, useApp, usePermissions } from '../app';
import { type Column, DataTable } from '../parts/DataTable';
import { Failure } from '../parts/Failure';
import { Loading } from '../parts/Loading';
import { SandboxPicker } from '../parts/SandboxPicker';
import { Section } from '../parts/Section';
import { Time } from '../parts/Time';
import { ViewOnly } from '../parts/ViewOnly';
import { PageHeader } from '../shell/PageHeader';
import { useSandbox } from '../shell/sandbox';
import { faultText } from '../texts/faults';
import { useTexts } from '../texts/texts';

/** The campaigns of a sandbox whose messages are reported, and the switch for others. */
export function Component() {
  const { api } = useApp();
  const { t } = useTexts();
  const { mayChange } = usePermissions();
  const [sandbox, setSandbox] = useSandbox();
  const queries = useQueryClient();
  const [toSwitchOff, setToSwitchOff] = useState<string | null>(null);
  const campaigns = useQuery({ queryKey: keys.campaigns(sandbox), queryFn: () => api.campaigns(sandbox) });
  const webhooks = useQuery({ queryKey: keys.webhooks, queryFn: () => api.webhooks() });
  const webhook = webhooks.data?.find((webhook) => webhook.sandbox === sandbox);
  const off = useMutation({
    mutationFn: (campaignId: string) => api.switchOff(sandbox, campaignId),
    onSuccess: (_, campaignId) => {
      ToastQueue.positive(t('campaigns.switchedOff', { id: campaignId }), { timeout: 6000 });
      void queries.invalidateQueries({ queryKey: keys.campaigns(sandbox) });
    },
  });
  const columns: Column<CampaignSwitch>[] = [
    { id: 'id', label: t('campaigns.id'), isRowHeader: true, cell: (campaign) => campaign.campaignId },
    { id: 'at', label: t('campaigns.since'), cell: (campaign) => <Time iso={campaign.enabledAt} /> },
    { id: 'by', label: t('campaigns.by'), cell: (campaign) => campaign.enabledBy },
    {
      id: 'actions',
      label: t('campaigns.action'),
      align: 'end',
      cell: (campaign) => (
        <ActionButton
          size="S"
          isDisabled={!mayChange}
          aria-label={t('campaigns.offNamed', { id: campaign.campaignId })}
          onPress={() => setToSwitchOff(campaign.campaignId)}
        >
          {t('campaigns.off')}
        </ActionButton>
      ),
    },
  ];
  return (
    <>
      <PageHeader title={t('campaigns.title')}>{t('campaigns.about')}</PageHeader>
      <ViewOnly />
      <div className={style({ marginBottom: 24 })}>
        <SandboxPicker sandbox={sandbox} onChange={setSandbox} />
      </div>
      {webhook?.campaigns === 'all' && (
        <div className={style({ marginBottom: 24 })}>
          <InlineAlert variant="informative">
            <Heading level={2}>{t('campaigns.allReported.title')}</Heading>
            <Content>{t('campaigns.allReported.text', { name: webhook.name })}</Content>
          </InlineAlert>
        </div>
      )}
      {webhooks.data && !webhook && (
        <div className={style({ marginBottom: 24 })}>
          <InlineAlert variant="notice">
            <Heading level={2}>{t('campaigns.noWebhook.title')}</Heading>
            <Content>
              {t('campaigns.noWebhook.text', { sandbox })}{' '}
              {mayChange && <Link href={`/webhooks/${sandbox}/new`}>{t('create')}</Link>}
            </Content>
          </InlineAlert>
        </div>
      )}
      <SwitchOn sandbox={sandbox} isDisabled={!mayChange} />
      <Section title={t('campaigns.list')}>
        {off.error && <Failure error={off.error} />}
        {campaigns.isPending ? (
          <Loading />
        ) : campaigns.isError && !campaigns.data ? (
          <Failure error={campaigns.error} onRetry={() => void campaigns.refetch()} />
        ) : campaigns.data?.length ? (
          <DataTable
            label={t('campaigns.list')}
            columns={columns}
            rows={campaigns.data}
            rowKey={(campaign) => campaign.campaignId}
          />
        ) : (
          <p className={style({ font: 'body', color: 'neutral-subdued', margin: 0 })}>
            {t('campaigns.none')}
          </p>
        )}
      </Section>
      <DialogContainer onDismiss={() => setToSwitchOff(null)}>
        {toSwitchOff && (
          <AlertDialog
            variant="confirmation"
            title={t('campaigns.off.title')}
            primaryActionLabel={t('campaigns.off')}
            cancelLabel={t('cancel')}
            onPrimaryAction={() => off.mutate(toSwitchOff)}
          >
            {t('campaigns.off.text', { id: toSwitchOff })}
          </AlertDialog>
        )}
      </DialogContainer>
    </>
  );
}

function SwitchOn({ sandbox, isDisabled }: { sandbox: string; isDisabled: boolean }) {
  const { api } = useApp();
  const { t, language } = useTexts();
  const queries = useQueryClient();
  const [typed, setTyped] = useState('');
  const on = useMutation({
    mutationFn: (campaignId: string) => api.switchOn(sandbox, campaignId),
    onSuccess: (_, campaignId) => {
      setTyped('');
      ToastQueue.positive(t('campaigns.on', { id: campaignId }), { timeout: 6000 });
      void queries.invalidateQueries({ queryKey: keys.campaigns(sandbox) });
    },
  });
  const problem = on.error ? asApiError(on.error) : null;
  const fault = problem?.faults.map((fault) => faultText(fault, language, t)).join(' ');
  return (
    <Section title={t('campaigns.switch')} about={t('campaigns.switch.about')}>
      <Form
        validationBehavior="aria"
        onSubmit={(event) => {
          event.preventDefault();
          if (typed.trim()) on.mutate(typed.trim());
        }}
      >
        <div className={style({ display: 'flex', flexWrap: 'wrap', gap: 16, alignItems: 'start' })}>
          <TextField
            label={t('campaigns.id')}
            placeholder="16f24a15-7e21-477c-848a-d5695ca7f137"
            autoComplete="off"
            spellCheck="false"
            value={typed}
            onChange={(id) => {
              setTyped(id);
              on.reset();
            }}
            isInvalid={!!fault}
            errorMessage={fault}
            isDisabled={isDisabled}
            styles={style({ width: { default: 'full', sm: 400 } })}
          />
          <div className={style({ paddingTop: 24 })}>
            <Button
              variant="accent"
              type="submit"
              isDisabled={isDisabled || !typed.trim()}
              isPending={on.isPending}
            >
              {t('campaigns.switchOn')}
            </Button>
          </div>
        </div>
        {problem &&
          !fault &&
          (problem.is('webhook-not-configured') ? (
            <InlineAlert variant="negative">
              <Heading level={2}>{t('campaigns.noWebhook.title')}</Heading>
              <Content>
                {t('campaigns.noWebhook.text', { sandbox })}{' '}
                <Link href={`/webhooks/${sandbox}/new`}>{t('create')}</Link>
              </Content>
            </InlineAlert>
          ) : (
            <Failure error={problem} />
          ))}
      </Form>
    </Section>
  );
}
