import type { Part } from '../runtime.ts';

/** The bytes of all parts. */
export const totalBytes = (parts: readonly Part[]): number => parts.reduce((sum, { bytes }) => sum + bytes, 0);
