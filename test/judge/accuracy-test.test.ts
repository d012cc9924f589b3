import { describe, expect, it } from 'vitest';
import { accuracyTest } from '../../src/judge/accuracy-test.ts';

describe('accuracyTest', () => {
  it('counts what was lost and gained, sample by sample', () => {
    const test = accuracyTest(Uint8Array.of(1, 1, 0, 0, 1), Uint8Array.of(1, 0, 1, 0, 0));
    expect(test).toMatchObject({ samples: 5, lost: 2, gained: 1, difference: -0.2, pValue: 1 });
    expect(test.low).toBeLessThan(-0.2);
    expect(test.high).toBeGreaterThan(-0.2);
  });

  it('refuses answers to different samples', () => {
    expect(() => accuracyTest(new Uint8Array(3), new Uint8Array(4))).toThrow(RangeError);
    expect(() => accuracyTest(new Uint8Array(0), new Uint8Array(0))).toThrow(RangeError);
  });
});
