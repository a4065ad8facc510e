import { describe, expect, it } from 'vitest';

import { bars, ticks } from './chart';

const from = new Date('2026-11-24T12:00:00Z');
const to = new Date('2026-11-25T12:00:00Z');

describe('bars', () => {
  it('have no gaps and lose no delivery', () => {
    const drawn = bars(
      {
        resolutionSeconds: 300,
        items: [
          { at: '2026-11-24T12:00:00Z', delivered: 1, failed: 0 },
          { at: '2026-11-25T03:05:00Z', delivered: 20, failed: 3 },
          { at: '2026-11-25T11:55:00Z', delivered: 0, failed: 4 },
        ],
      },
      from,
      to,
    );
    expect(drawn).toHaveLength(96);
    expect(drawn.reduce((sum, bar) => sum + bar.delivered, 0)).toBe(21);
    expect(drawn.reduce((sum, bar) => sum + bar.failed, 0)).toBe(7);
    expect(new Set(drawn.slice(1).map((bar, index) => bar.at - drawn[index]!.at)).size).toBe(1);
  });

  it('leave out what is before or after', () => {
    const items = [{ at: '2026-11-23T12:00:00Z', delivered: 5, failed: 5 }];
    expect(
      bars({ resolutionSeconds: 3600, items }, from, to).every((bar) => !bar.delivered && !bar.failed),
    ).toBe(true);
  });
});

describe('ticks', () => {
  it.each([
    [0, [0, 1]],
    [1, [0, 1]],
    [4, [0, 1, 2, 3, 4]],
    [7, [0, 2, 4, 6, 8]],
    [930, [0, 500, 1000]],
    [12_345, [0, 5_000, 10_000, 15_000]],
  ])('of %i', (most, expected) => expect(ticks(most)).toEqual(expected));
});
