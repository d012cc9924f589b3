import fc from 'fast-check';
import type { HistoryLine } from '../../src/history/line.ts';

/** A line of which any part can be given. */
export function historyLine(overrides: Partial<HistoryLine> = {}): HistoryLine {
  return {
    v: 1,
    commit: 'c'.repeat(40),
    time: 1_760_000_000,
    subject: 'Wider second layer',
    model: 'models/kws.onnx',
    target: 'nano33',
    targetId: 'arduino-nano-33-ble/tflm',
    gate: '1.0.0',
    sha256: 'a'.repeat(64),
    recipe: 'none',
    metrics: { peakRam: [65536, 'exact'], latency: [18.2, 'modelled'] },
    ...overrides,
  };
}

/** The id of a commit of a test. */
export function commitId(number: number): string {
  return number.toString(16).padStart(40, '0');
}

/** Lines as they may come: several months, few commits, models and targets, so that some are about the same. */
export const anyLine: fc.Arbitrary<HistoryLine> = fc
  .record({
    commit: fc.nat(12),
    model: fc.constantFrom('a.onnx', 'b.tflite', 'ü/ñ.onnx', '__proto__'),
    target: fc.constantFrom('nano33', 'constructor'),
    value: fc.double({ noNaN: true, noDefaultInfinity: true }),
    subject: fc.string({ maxLength: 60, unit: 'grapheme' }),
  })
  .map(({ commit, model, target, value, subject }) =>
    historyLine({
      commit: commitId(commit),
      // A commit has one time.
      time: 1_760_000_000 + commit * 700_000,
      subject,
      model,
      target,
      metrics: { peakRam: [value, 'exact'] },
    }),
  );
