import { describe, expect, it } from 'vitest';

import { conflictsOf, merge } from './conflict';
import { emptyDraft } from './draft';

const began = { ...emptyDraft, name: 'Name', url: 'https://one.example/' };

describe('a conflict', () => {
  it('is a part that somebody else changed, whether or not it was changed here', () => {
    const saved = { ...began, name: 'Theirs', paused: true };
    const mine = { ...began, name: 'Mine', url: 'https://mine.example/' };
    expect(conflictsOf(began, saved, mine)).toEqual([
      { part: 'name', changedHere: true },
      { part: 'paused', changedHere: false },
    ]);
  });

  it('is none where both made the same change', () => {
    const same = { ...began, name: 'Same' };
    expect(conflictsOf(began, same, same)).toEqual([]);
  });

  it('notices that a secret was replaced', () => {
    const saved = {
      ...began,
      jwt: { ...began.jwt, secret: { value: '', savedAt: '2026-11-01T10:00:00.000Z' } },
    };
    expect(conflictsOf(began, saved, began).map(({ part }) => part)).toEqual(['authentication']);
  });

  it('is settled by taking the chosen side of each part and keeping the rest', () => {
    const saved = { ...began, name: 'Theirs', paused: true };
    const mine = { ...began, name: 'Mine', url: 'https://mine.example/' };
    expect(merge(saved, mine, { name: 'mine', paused: 'saved' })).toEqual({ ...mine, paused: true });
  });
});
