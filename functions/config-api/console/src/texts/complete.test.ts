import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { ApiError } from '../api/problem';
import { adviceText, failureText } from './delivery';
import { faultText } from './faults';
import { explained } from './problems';
import type { Texts } from './texts';

const ROOT = join(import.meta.dirname, '../../../../..');

const API = ['shared/domain/src', 'shared/signing/src', 'functions/config-api/src'];

/** Everything that a pattern's group finds in the sources of some folders. */
function inSources(folders: string[], pattern: RegExp): string[] {
  const found = new Set<string>();
  for (const folder of folders)
    for (const name of readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })) {
      if (!name.endsWith('.rs') || name.startsWith('console')) continue;
      const source = readFileSync(join(ROOT, folder, name), 'utf8');
      for (const [, match] of source.matchAll(pattern)) found.add(match!);
    }
  return [...found].toSorted();
}

/** Only the catalogue of faults is asked. */
const t = ((key: string) => key) as unknown as Texts['t'];
/** The console sends neither of these itself. */
const NEVER_SENT = /^(cursor|limit|organisation|outcome|parameter|public-key|range|time)-/;

describe('the Swedish texts', () => {
  it.each(inSources(API, /Refusal::new\(\s*"([a-z-]+)"/g).filter((code) => !NEVER_SENT.test(code)))(
    'have the fault %s',
    (code) => {
      expect(faultText({ code, detail: 'English' }, 'sv', t)).not.toBe('English');
    },
  );

  it.each(inSources(['functions/delivery/src'], /=> \(\s*"([a-z-]+)",\s*"/g))(
    'have the advice %s',
    (code) => {
      expect(adviceText({ code, text: 'English' }, 'sv')).not.toBe('English');
    },
  );
});

/** What the console prevents, shows at fields, or leads to signing in. */
const NOT_SHOWN = [
  'key-set-not-found',
  'method-not-allowed',
  'organisation-mismatch',
  'path-not-found',
  'precondition-required',
  'unauthenticated',
  'unreadable-json',
  'unsupported-media-type',
  'validation-failed',
  // The campaigns' page says this together with the sandbox.
  'webhook-not-configured',
];

describe('the texts', () => {
  it.each(inSources(API, /"\/problems\/([a-z-]+)"/g).filter((kind) => !NOT_SHOWN.includes(kind)))(
    'explain the problem %s',
    (kind) => {
      expect(explained(new ApiError('problem', 400, `/problems/${kind}`, '', ''))).not.toBeNull();
    },
  );
});

describe('both languages', () => {
  const codes = inSources(['functions/delivery/src'], /"(token-endpoint-[a-z-]+)"/g);
  it.each([...codes, 'timeout', 'connect: connection refused'])('have the failure %s', (code) => {
    for (const language of ['en', 'sv'] as const) expect(failureText(code, language)).not.toBe(code);
  });
});
