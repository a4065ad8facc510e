import type { Draft } from './draft';

/** The parts of a configuration that two people can change apart from each other. */
export const PARTS = [
  'name',
  'channels',
  'url',
  'feedbackStatuses',
  'campaigns',
  'paused',
  'authentication',
  'headers',
] as const;
export type Part = (typeof PARTS)[number];
export type Side = 'saved' | 'mine';

/** A part that somebody else has saved another value of. */
export interface Conflict {
  part: Part;
  /** Whether the administrator changed it too. */
  changedHere: boolean;
}

function authentication({ authenticationType, jwt, signature, oauth }: Draft) {
  return { authenticationType, jwt, signature, oauth };
}

function valueOf(draft: Draft, part: Part): unknown {
  return part === 'authentication' ? authentication(draft) : draft[part];
}

function isSame(one: Draft, other: Draft, part: Part): boolean {
  return JSON.stringify(valueOf(one, part)) === JSON.stringify(valueOf(other, part));
}

/** The parts in which what is saved now differs from what the administrator began with. */
export function conflictsOf(began: Draft, saved: Draft, mine: Draft): Conflict[] {
  return PARTS.filter((part) => !isSame(began, saved, part) && !isSame(saved, mine, part)).map((part) => ({
    part,
    changedHere: !isSame(began, mine, part),
  }));
}

/** The draft to go on with: the chosen side of each conflict, and what is mine elsewhere. */
export function merge(saved: Draft, mine: Draft, choices: Partial<Record<Part, Side>>): Draft {
  const merged = { ...mine };
  for (const part of PARTS) if (choices[part] === 'saved') take(merged, saved, part);
  return merged;
}

function take(into: Draft, from: Draft, part: Part): void {
  if (part === 'authentication') Object.assign(into, authentication(from));
  else Object.assign(into, { [part]: from[part] });
}
