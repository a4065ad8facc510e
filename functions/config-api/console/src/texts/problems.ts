import type { ApiError } from '../api/problem';
import type { PlainKey } from './texts';

interface Explained {
  title: PlainKey;
  text: PlainKey;
}

/** What the API's problems mean to an administrator, by the last part of their type. */
const PROBLEMS: Record<string, Explained> = {
  'organisation-missing': { title: 'failure.forbidden.title', text: 'problem.organisation-missing' },
  'role-missing': { title: 'failure.forbidden.title', text: 'problem.role-missing' },
  'role-insufficient': { title: 'failure.forbidden.title', text: 'viewOnly.text' },
  'body-too-large': { title: 'problem.tooLarge.title', text: 'problem.tooLarge.text' },
  'webhook-not-found': { title: 'failure.gone.title', text: 'failure.gone.text' },
  'webhook-exists': { title: 'exists.title', text: 'exists.text' },
  'precondition-failed': { title: 'problem.changed.title', text: 'problem.changed.text' },
  'no-key-pair': { title: 'problem.noKeyPair.title', text: 'problem.noKeyPair.text' },
  'next-key-exists': { title: 'problem.nextKeyExists.title', text: 'problem.nextKeyExists.text' },
  'next-key-not-found': { title: 'problem.noNextKey.title', text: 'problem.noNextKey.text' },
  'campaign-not-switched-on': { title: 'problem.noCampaign.title', text: 'problem.noCampaign.text' },
  'campaign-switched-off': { title: 'problem.campaignOff.title', text: 'problem.campaignOff.text' },
  'attempt-not-found': { title: 'problem.noAttempt.title', text: 'problem.noAttempt.text' },
  'send-again-impossible': { title: 'problem.notKept.title', text: 'sendAgain.impossible' },
  unavailable: { title: 'failure.unavailable.title', text: 'failure.unavailable.text' },
  internal: { title: 'problem.internal.title', text: 'problem.internal.text' },
};

/** The texts for a problem; null for one that this console does not know. */
export function explained(error: ApiError): Explained | null {
  return PROBLEMS[error.kind.replace('/problems/', '')] ?? null;
}
