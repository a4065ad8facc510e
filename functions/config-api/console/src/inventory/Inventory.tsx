import {
  ActionButton,
  Button,
  ButtonGroup,
  Content,
  Heading,
  IllustratedMessage,
  LinkButton,
} from '@react-spectrum/s2';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import Refresh from '@react-spectrum/s2/icons/Refresh';
import { useQuery } from '@tanstack/react-query';

import { keys, useApp, usePermissions } from '../app';
import { Failure } from '../parts/Failure';
import { Loading } from '../parts/Loading';
import { SandboxPicker } from '../parts/SandboxPicker';
import { ViewOnly } from '../parts/ViewOnly';
import { PageHeader } from '../shell/PageHeader';
import { useSandbox } from '../shell/sandbox';
import { useTexts } from '../texts/texts';
import { POLL_MS, WebhookTable } from './WebhookTable';

/** All webhooks of the organisation, one for each sandbox. */
export function Component() {
  const { api } = useApp();
  const { t } = useTexts();
  const [sandbox, setSandbox] = useSandbox();
  const { mayChange } = usePermissions();
  const webhooks = useQuery({
    queryKey: keys.webhooks,
    queryFn: () => api.webhooks(),
    refetchInterval: POLL_MS,
  });
  const existing = webhooks.data?.find((webhook) => webhook.sandbox === sandbox);
  const isEmpty = webhooks.data?.length === 0;
  return (
    <>
      <PageHeader
        title={t('inventory.title')}
        crumbs={[]}
        actions={
          !isEmpty && (
            <>
              <ActionButton
                isQuiet
                aria-label={t('refresh')}
                onPress={() => void webhooks.refetch()}
                isPending={webhooks.isRefetching}
              >
                <Refresh />
              </ActionButton>
              {webhooks.data && !existing && <CreateButton sandbox={sandbox} isDisabled={!mayChange} />}
            </>
          )
        }
      >
        {t('inventory.about')}
      </PageHeader>
      <ViewOnly />
      {webhooks.isPending ? (
        <Loading />
      ) : webhooks.isError && !webhooks.data ? (
        <Failure error={webhooks.error} onRetry={() => void webhooks.refetch()} />
      ) : (
        <>
          {isEmpty ? (
            <>
              <div className={style({ marginBottom: 16 })}>
                <SandboxPicker sandbox={sandbox} onChange={setSandbox} />
              </div>
              <Empty sandbox={sandbox} mayChange={mayChange} />
            </>
          ) : (
            <WebhookTable
              webhooks={webhooks.data ?? []}
              existing={existing}
              sandboxPicker={<SandboxPicker sandbox={sandbox} onChange={setSandbox} />}
            />
          )}
        </>
      )}
    </>
  );
}

function CreateButton({ sandbox, isDisabled }: { sandbox: string; isDisabled: boolean }) {
  const { t } = useTexts();
  return isDisabled ? (
    <Button variant="accent" isDisabled>
      {t('create')}
    </Button>
  ) : (
    <LinkButton variant="accent" href={`/webhooks/${sandbox}/new`}>
      {t('create')}
    </LinkButton>
  );
}

function Empty({ sandbox, mayChange }: { sandbox: string; mayChange: boolean }) {
  const { t } = useTexts();
  return (
    <div
      className={style({
        display: 'grid',
        placeItems: 'center',
        paddingY: 48,
        paddingX: 16,
        borderWidth: 1,
        borderStyle: 'dashed',
        borderColor: 'gray-300',
        borderRadius: 'xl',
      })}
    >
      <IllustratedMessage size="L">
        <Heading level={2}>{t('inventory.empty.title')}</Heading>
        <Content>{t('inventory.empty.text')}</Content>
        <ButtonGroup>
          <CreateButton sandbox={sandbox} isDisabled={!mayChange} />
        </ButtonGroup>
      </IllustratedMessage>
    </div>
  );
}
