import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { ToastContainer } from '@react-spectrum/s2';
import { useState } from 'react';
import { createBrowserRouter, Outlet, RouterProvider, useHref, useNavigate } from 'react-router';

import type { Api } from './api/api';
import { asApiError } from './api/problem';
import { AppContext } from './app';
import type { Identity, Session } from './session/session';
import { SessionExpired } from './session/SessionExpired';
import { Missing } from './shell/Missing';
import { Preferences } from './shell/preferences';
import { RouteError } from './shell/RouteError';
import { Shell } from './shell/Shell';

/** How often a read is repeated that failed for want of a server. */
const READ_REPETITIONS = 2;

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      retry: (count, error) => {
        const { failure, status } = asApiError(error);
        return count < READ_REPETITIONS && (failure === 'unreachable' || status >= 500);
      },
    },
  },
});

/** The router reads the address when it is made, so that is after a sign-in has put the right one back. */
const makeRouter = () =>
  createBrowserRouter(
    [
      {
        element: <Root />,
        // Parts of the page are on their way; showing nothing for that moment flickers least.
        hydrateFallbackElement: <></>,
        errorElement: (
          <Preferences>
            <RouteError isWholePage />
          </Preferences>
        ),
        children: [
          {
            element: <Shell />,
            errorElement: <RouteError />,
            children: [
              { path: '/', lazy: () => import('./inventory/Inventory') },
              { path: '/webhooks/:sandbox/new', lazy: () => import('./editor/CreatePage') },
              { path: '/webhooks/:sandbox/:id', lazy: () => import('./detail/DetailPage') },
              { path: '/webhooks/:sandbox/:id/edit', lazy: () => import('./editor/EditPage') },
              { path: '/campaigns', lazy: () => import('./campaigns/Campaigns') },
              { path: '*', element: <Missing /> },
            ],
          },
        ],
      },
    ],
    { basename: '/console' },
  );

/** The signed-in console. */
export function Console({ api, session, identity }: { api: Api; session: Session; identity: Identity }) {
  const [app] = useState(() => ({ api, session, identity }));
  const [router] = useState(makeRouter);
  return (
    <AppContext value={app}>
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </AppContext>
  );
}

function Root() {
  const navigate = useNavigate();
  return (
    <Preferences router={{ navigate: (path) => void navigate(path), useHref: (href) => useHref(href) }}>
      <Outlet />
      <SessionExpired />
      <ToastContainer placement="bottom" />
    </Preferences>
  );
}
