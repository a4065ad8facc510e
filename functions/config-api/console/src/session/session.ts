import { type User, UserManager, WebStorageStateStore } from 'oidc-client-ts';

import type { SignInConfig } from '../config';

/** Where the identity provider sends the administrator back to. The provider's client has it on its list. */
export const SIGNED_IN_PATH = '/console/signed-in';

/** Who is signed in, as the token says. The API has the last word: it is asked at `/me`. */
export interface Identity {
  name: string;
  organisation: string | null;
}

/** What a session asks of the page when it can no longer renew itself. */
export type AskToSignIn = () => Promise<void>;

/**
 * The administrator's session: authorization code with PKCE, renewed by its refresh token.
 *
 * The tokens are kept in the tab's session storage: they survive a reload and end with the tab.
 */
export class Session {
  readonly #users: UserManager;
  readonly #config: SignInConfig;
  #askToSignIn: AskToSignIn = () => Promise.reject(new Error('no page asks'));
  #renewal: Promise<User | null> | null = null;
  #asking: Promise<void> | null = null;

  constructor(config: SignInConfig) {
    this.#config = config;
    const store = new WebStorageStateStore({ store: window.sessionStorage });
    this.#users = new UserManager({
      authority: config.issuer,
      client_id: config.clientId,
      redirect_uri: new URL(SIGNED_IN_PATH, window.location.origin).href,
      scope: config.scope,
      response_type: 'code',
      userStore: store,
      stateStore: store,
      automaticSilentRenew: true,
      loadUserInfo: false,
      metadata: config.endpoints
        ? {
            issuer: config.issuer,
            authorization_endpoint: config.endpoints.authorization,
            token_endpoint: config.endpoints.token,
            revocation_endpoint: config.endpoints.revocation,
          }
        : undefined,
    });
  }

  /** How the page asks for a new sign-in without losing what was typed. */
  set askToSignIn(ask: AskToSignIn) {
    this.#askToSignIn = ask;
  }

  /** Completes a sign-in if this is the page that the provider returned to, and tells where to go on. */
  async complete(): Promise<string | null> {
    if (window.location.pathname !== SIGNED_IN_PATH) return null;
    if (window.opener && window.opener !== window) {
      await this.#users.signinPopupCallback();
      return null;
    }
    const user = await this.#users.signinRedirectCallback();
    return typeof user.state === 'string' ? user.state : '/';
  }

  async identity(): Promise<Identity | null> {
    const user = await this.#users.getUser();
    if (!user) return null;
    const profile = user.profile as Record<string, unknown>;
    const text = (name: string) => (typeof profile[name] === 'string' ? (profile[name] as string) : null);
    return {
      name: text('email') ?? text('name') ?? user.profile.sub,
      organisation: text('custom:org'),
    };
  }

  /** Leaves for the provider's sign-in page; the administrator returns to `returnTo`. */
  async signIn(returnTo: string): Promise<void> {
    await this.#users.signinRedirect({ state: returnTo });
  }

  /** Signs in anew in a window of its own, so that the page stays as it is. */
  async signInBeside(): Promise<void> {
    await this.#users.signinPopup({ popupWindowFeatures: { width: 480, height: 640 } });
  }

  async signOut(): Promise<void> {
    const { endpoints, clientId } = this.#config;
    if (endpoints) {
      await this.#users.removeUser();
      const url = new URL(endpoints.signOut);
      url.searchParams.set('client_id', clientId);
      url.searchParams.set('logout_uri', new URL('/console/signed-out', window.location.origin).href);
      window.location.assign(url);
    } else {
      await this.#users.signoutRedirect({
        post_logout_redirect_uri: new URL('/console/signed-out', window.location.origin).href,
      });
    }
  }

  /** The token for the API. */
  async token(): Promise<string | null> {
    const user = await this.#users.getUser();
    if (!user) return null;
    return this.#config.apiToken === 'id' ? (user.id_token ?? null) : user.access_token;
  }

  /** Gets a new token after the API refused the old one: silently, else by asking. False if the administrator declines. */
  async renew(): Promise<boolean> {
    this.#renewal ??= this.#users
      .signinSilent()
      .catch(() => null)
      .finally(() => (this.#renewal = null));
    if (await this.#renewal) return true;
    this.#asking ??= this.#askToSignIn().finally(() => (this.#asking = null));
    return this.#asking.then(
      () => true,
      () => false,
    );
  }
}
