import type { Verdict } from '../judge/comparison.ts';

/** The sign of each verdict, as it stands before headlines, rows and values. */
export const marks: Readonly<Record<Verdict, string>> = { pass: '✅', warn: '⚠️', fail: '❌', error: '🚫' };
