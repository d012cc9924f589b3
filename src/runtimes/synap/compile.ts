import type { Target } from '../../targets/target.ts';
import { misfits } from '../estimate/misfits.ts';
import type { Artifact, Compiled, Estimate } from '../runtime.ts';
import { undecided } from '../tools/compiled.ts';
import { failureOf, refusedBy } from '../tools/refused.ts';
import { synapConvert } from './synap-convert.ts';

const timeLimit = 20 * 60_000;

/**
 * The `model.synap` that the toolkit makes of an artifact, and its size; latency stays our own, the toolkit states none.
 * `undefined` when there is no toolkit.
 */
export async function convertWithSynap(
  artifact: Artifact,
  target: Target,
  estimated: Estimate,
): Promise<Compiled | undefined> {
  const { format, bytes } = artifact;
  const run = await synapConvert.run({
    // Targets are called as the boards are: SL1680.
    arguments: ['--model', `model.${format}`, '--target', target.board.id.toUpperCase(), '--out-dir', 'out'],
    files: { [`model.${format}`]: bytes },
    expects: [{ key: 'model', path: 'out/model.synap' }],
    timeLimit,
  });
  switch (run.status) {
    case 'not-found':
      return undefined;
    case 'timed-out':
      return refusedBy('SyNAP', artifact, `It did not end within ${timeLimit / 60_000} minutes.`);
    case 'failed':
      return refusedBy('SyNAP', artifact, failureOf(run));
    case 'done': {
      const converted = run.files.get('model') ?? new Uint8Array();
      const { peakRam, latency, energy } = estimated.unavailable;
      const findings = [
        ...undecided(estimated.findings),
        ...misfits(target, estimated.memory?.arenaRequired, converted.byteLength),
      ];
      return {
        bytes: converted,
        format: 'synap',
        known: {
          deployable: findings.every(({ severity }) => severity !== 'error'),
          flash: {
            value: converted.byteLength,
            unit: 'B',
            basis: 'measured',
            source: `SyNAP toolkit ${run.version}`,
          },
          unavailable: {
            ...(peakRam === undefined ? {} : { peakRam }),
            ...(latency === undefined ? {} : { latency }),
            ...(energy === undefined ? {} : { energy }),
          },
          parts: { peakRam: [], flash: [{ name: 'model.synap', bytes: converted.byteLength }] },
          findings,
        },
      };
    }
  }
}
