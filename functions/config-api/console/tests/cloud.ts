import { existsSync, readFileSync } from 'node:fs';

/** What `infra` writes down about the local cloud that it started. */
export interface Cloud {
  endpointUrl: string;
  apiUrl: string;
  consoleUrl: string;
  outputs: Record<string, string>;
  caCertificate: string;
  certificate: string;
  certificateKey: string;
}

const description = process.env.LOCAL_CLOUD;
if (!description) throw new Error('LOCAL_CLOUD is set by `make test`, which runs these tests');

export const cloud = JSON.parse(readFileSync(description, 'utf8')) as Cloud;

export const chromium = process.env.CHROMIUM ?? '/usr/bin/chromium';
if (!existsSync(chromium))
  throw new Error(
    `missing: Chromium, as ${chromium}. On Debian: apt-get install chromium. Elsewhere: CHROMIUM=/path/to/chrome make test`,
  );

export function output(name: string): string {
  const value = cloud.outputs[name];
  if (!value) throw new Error(`the stack has no output ${name}`);
  return value;
}
