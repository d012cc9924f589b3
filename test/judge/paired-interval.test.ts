import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pairedInterval } from '../../src/judge/paired-interval.ts';

describe('pairedInterval', () => {
  it.each([
    // Cavo et al. 2012 (59, 6, 16, 80): the R package contingencytables (Fagerland, Lydersen, Laake 2017, chapter 8) gives -0.1240 to -0.0054.
    { lost: 16, gained: 6, samples: 161, low: -0.124, high: -0.0054 },
    // No discordant pair at all: by hand, the score test then is n·d²/(|d|(1−|d|)·n + …) = z², so d = z² / (n + z²).
    { lost: 0, gained: 0, samples: 1000, low: -3.8414588 / 1003.8414588, high: 3.8414588 / 1003.8414588 },
  ])('$lost lost, $gained gained of $samples', ({ lost, gained, samples, low, high }) => {
    const interval = pairedInterval(lost, gained, samples);
    expect(interval.low).toBeCloseTo(low, 4);
    expect(interval.high).toBeCloseTo(high, 4);
  });

  it('excludes zero exactly when the asymptotic McNemar test rejects at 5 %', () => {
    fc.assert(
      fc.property(counts, ({ lost, gained, samples }) => {
        const statistic = lost + gained === 0 ? 0 : (gained - lost) ** 2 / (lost + gained);
        fc.pre(Math.abs(statistic - 3.841458820694124) > 1e-6);
        const { low, high } = pairedInterval(lost, gained, samples);
        expect(low > 0 || high < 0).toBe(statistic > 3.841458820694124);
      }),
    );
  });

  it('holds the difference, stays within −1…1, and mirrors when base and head are swapped', () => {
    fc.assert(
      fc.property(counts, ({ lost, gained, samples }) => {
        const { low, high } = pairedInterval(lost, gained, samples);
        const difference = (gained - lost) / samples;
        expect(low).toBeGreaterThanOrEqual(-1);
        expect(high).toBeLessThanOrEqual(1);
        expect(low).toBeLessThanOrEqual(difference + 1e-9);
        expect(high).toBeGreaterThanOrEqual(difference - 1e-9);
        const mirrored = pairedInterval(gained, lost, samples);
        expect(mirrored.low).toBeCloseTo(-high, 6);
        expect(mirrored.high).toBeCloseTo(-low, 6);
      }),
    );
  });
});

const counts = fc
  .record({ lost: fc.nat(200), gained: fc.nat(200), both: fc.nat(2000) })
  .map(({ lost, gained, both }) => ({ lost, gained, samples: lost + gained + both + 1 }));
