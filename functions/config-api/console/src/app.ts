import { useQuery } from '@tanstack/react-query';
import { createContext, useContext } from 'react';

import type { Api } from './api/api';
import type { Identity, Session } from './session/session';

/** What every page works with. */
export interface App {
  api: Api;
  session: Session;
  identity: Identity;
}

export const AppContext = createContext<App | null>(null);

export function useApp(): App {
  const app = useContext(AppContext);
  if (!app) throw new Error('outside of the console');
  return app;
}

export interface Permissions {
  organisation: string | null;
  actor: string;
  /** Undefined until the API has told. */
  role: 'view' | 'manage' | undefined;
  mayChange: boolean;
}

/** Who is signed in and what they may do, as the API says. */
export function usePermissions(): Permissions {
  const { api, identity } = useApp();
  const me = useQuery({ queryKey: ['me'], queryFn: () => api.me(), staleTime: 60_000 });
  const role = me.data?.role;
  return {
    organisation: me.data?.organisation ?? identity.organisation,
    actor: me.data?.actor ?? identity.name,
    role,
    mayChange: role === 'manage',
  };
}

export const keys = {
  webhooks: ['webhooks'] as const,
  webhook: (sandbox: string, id: string) => ['webhook', sandbox, id] as const,
  health: (sandbox: string, id: string) => ['webhook', sandbox, id, 'health'] as const,
  attempts: (sandbox: string, id: string) => ['webhook', sandbox, id, 'attempts'] as const,
  deliveries: (sandbox: string, id: string) => ['webhook', sandbox, id, 'deliveries'] as const,
  campaigns: (sandbox: string) => ['campaigns', sandbox] as const,
};
