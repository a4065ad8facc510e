import { Button, LinkButton, Tab, TabList, TabPanel, Tabs } from '@react-spectrum/s2';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { useParams, useSearchParams } from 'react-router';

import type { Health, Versioned } from '../api/api';
import { keys, useApp, usePermissions } from '../app';
import { Failure } from '../parts/Failure';
import { HealthLight } from '../parts/HealthLight';
import { Loading } from '../parts/Loading';
import { TestButton } from '../parts/TestButton';
import { ViewOnly } from '../parts/ViewOnly';
import { PageHeader } from '../shell/PageHeader';
import { withSandbox } from '../shell/sandbox';
import { useTexts } from '../texts/texts';
import { DeleteDialog } from './DeleteDialog';
import { HealthNotice } from './HealthNotice';
import { Overview } from './Overview';

const Attempts = lazy(() => import('./Attempts'));
const Snippets = lazy(() => import('../snippets/Snippets'));

/** Often enough to watch an endpoint recover. */
const POLL_MS = 10_000;

/** One webhook: how it is set up, how its endpoint does, what was attempted. */
export function Component() {
  const { sandbox = '', id = '' } = useParams();
  const { api } = useApp();
  const { t } = useTexts();
  const webhook = useQuery({ queryKey: keys.webhook(sandbox, id), queryFn: () => api.webhook(sandbox, id) });
  const health = useQuery({
    queryKey: keys.health(sandbox, id),
    queryFn: () => api.health(sandbox, id),
    refetchInterval: POLL_MS,
    enabled: !!webhook.data,
  });
  if (webhook.data) return <Detail versioned={webhook.data} health={health.data} />;
  return (
    <>
      <PageHeader
        title={t('detail.title')}
        crumbs={[{ label: t('inventory.title'), href: withSandbox('/', sandbox) }]}
      />
      {webhook.isPending ? (
        <Loading />
      ) : (
        <Failure error={webhook.error} onRetry={() => void webhook.refetch()} />
      )}
    </>
  );
}

function Detail({ versioned, health }: { versioned: Versioned; health: Health | undefined }) {
  const { webhook } = versioned;
  const { sandbox, id } = webhook;
  const { api } = useApp();
  const queries = useQueryClient();
  const { t } = useTexts();
  const { mayChange } = usePermissions();
  const [query, setQuery] = useSearchParams();
  const [isDeleting, setDeleting] = useState(false);
  return (
    <>
      <PageHeader
        title={webhook.name}
        crumbs={[{ label: t('inventory.title'), href: withSandbox('/', sandbox) }]}
        beside={health && <HealthLight state={health.state} since={health.since} />}
        actions={
          <>
            <TestButton
              send={() => api.testSaved(sandbox, id)}
              isDisabled={!mayChange}
              onSettled={() => void queries.invalidateQueries({ queryKey: keys.attempts(sandbox, id) })}
            />
            <Button
              variant="negative"
              fillStyle="outline"
              isDisabled={!mayChange}
              onPress={() => setDeleting(true)}
            >
              {t('delete')}
            </Button>
            {mayChange ? (
              <LinkButton variant="accent" href={`/webhooks/${sandbox}/${id}/edit`}>
                {t('edit')}
              </LinkButton>
            ) : (
              <Button variant="accent" isDisabled>
                {t('edit')}
              </Button>
            )}
          </>
        }
      />
      <ViewOnly />
      {health && <HealthNotice webhook={webhook} health={health} />}
      <Tabs
        aria-label={webhook.name}
        selectedKey={query.get('tab') ?? 'overview'}
        onSelectionChange={(tab) => setQuery({ tab: String(tab) }, { replace: true })}
      >
        <TabList>
          <Tab id="overview">{t('tab.overview')}</Tab>
          <Tab id="attempts">{t('tab.attempts')}</Tab>
          <Tab id="receive">{t('tab.receive')}</Tab>
        </TabList>
        <TabPanel id="overview">
          <Overview versioned={versioned} />
        </TabPanel>
        <TabPanel id="attempts">
          <Suspense fallback={<Loading />}>
            <Attempts webhook={webhook} />
          </Suspense>
        </TabPanel>
        <TabPanel id="receive">
          <Suspense fallback={<Loading />}>
            <Snippets webhook={webhook} />
          </Suspense>
        </TabPanel>
      </Tabs>
      {isDeleting && <DeleteDialog versioned={versioned} onClose={() => setDeleting(false)} />}
    </>
  );
}
