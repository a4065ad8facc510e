import '@react-spectrum/s2/page.css';
import './fonts.css';

import { createRoot } from 'react-dom/client';

import { createApi } from './api/api';
import { readConfig } from './config';
import { Console } from './Console';
import { isSignedOut, SignedOut, Unconfigured, Unreachable } from './session/Entrance';
import { Session } from './session/session';
import { Preferences } from './shell/preferences';

const root = createRoot(document.getElementById('root')!);

async function start(): Promise<void> {
  const config = await readConfig();
  if (!config.signIn) return root.render(entrance(<Unconfigured />));
  const session = new Session(config.signIn);
  if (isSignedOut()) return root.render(entrance(<SignedOut onSignIn={() => session.signIn('/')} />));
  const returnTo = await session.complete();
  if (returnTo) window.history.replaceState(null, '', `/console${returnTo}`);
  // A window that was opened to sign in closes itself; there is nothing to show in it.
  else if (window.opener && window.location.pathname.endsWith('/signed-in')) return;
  const identity = await session.identity();
  const here = window.location.pathname.replace(/^\/console/, '') + window.location.search;
  if (!identity) return session.signIn(here || '/');
  root.render(<Console api={createApi(session)} session={session} identity={identity} />);
}

function entrance(page: React.ReactNode) {
  return <Preferences>{page}</Preferences>;
}

start().catch((error: unknown) => {
  console.error(error);
  root.render(entrance(<Unreachable onRetry={() => window.location.assign('/console')} />));
});
