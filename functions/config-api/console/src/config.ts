/** What the deployment tells the console before anyone signs in. */
export interface ConsoleConfig {
  version: string;
  signIn: SignInConfig | null;
}

export interface SignInConfig {
  issuer: string;
  clientId: string;
  scope: string;
  /** Which token the API takes. */
  apiToken: 'id' | 'access';
  /** Null where the provider's discovery document has them. */
  endpoints: { authorization: string; token: string; signOut: string; revocation: string } | null;
}

export async function readConfig(): Promise<ConsoleConfig> {
  const response = await fetch('/console/config.json', { headers: { accept: 'application/json' } });
  if (!response.ok) throw new Error(`config.json was answered ${response.status}`);
  return (await response.json()) as ConsoleConfig;
}
