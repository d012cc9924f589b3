import { isQuantized } from '../../quantize/is-quantized.ts';
import type { Target } from '../../targets/target.ts';
import { energyOf, whyMissing } from '../estimate/latency-and-energy.ts';
import { misfits } from '../estimate/misfits.ts';
import type { Artifact, Compiled, Estimate } from '../runtime.ts';
import { readReport, undecided } from '../tools/compiled.ts';
import { failureOf, refusedBy } from '../tools/refused.ts';
import { parseTrtexec } from './report.ts';
import { trtexec } from './trtexec.ts';

const timeLimit = 30 * 60_000;

/**
 * The engine that trtexec builds and runs, when the gate runs on a GPU like the target's: engines are for the GPU that they were built on.
 * `undefined` when there is no trtexec, or the GPU here is another.
 * @throws UserError when what it prints cannot be read
 */
export async function compileWithTrtexec(
  artifact: Artifact,
  target: Target,
  estimated: Estimate,
): Promise<Compiled | undefined> {
  const run = await trtexec.run({
    arguments: [
      '--onnx=model.onnx',
      '--saveEngine=model.engine',
      '--fp16',
      ...(isQuantized(artifact.graph) ? ['--int8'] : []),
    ],
    files: { 'model.onnx': artifact.bytes },
    expects: [{ key: 'engine', path: 'model.engine' }],
    timeLimit,
  });
  switch (run.status) {
    case 'not-found':
      return undefined;
    case 'timed-out':
      return refusedBy('TensorRT', artifact, `trtexec did not end within ${timeLimit / 60_000} minutes.`);
    case 'failed':
      return refusedBy('TensorRT', artifact, failureOf(run));
    case 'done': {
      const report = readReport(`trtexec of TensorRT ${run.version}`, () => parseTrtexec(run.stdout));
      const wanted = /sm(\d)(\d)$/.exec(target.board.runtimes.tensorrt?.accelerator?.id ?? '');
      if (wanted === null || report.computeCapability !== `${wanted[1]}.${wanted[2]}`) return undefined;
      const bytes = run.files.get('engine') ?? new Uint8Array();
      const source = `trtexec of TensorRT ${run.version} on ${report.device}`.slice(0, 400);
      const latency = { value: report.milliseconds, unit: 'ms', basis: 'measured', source } as const;
      const energy = energyOf(latency, target.board, 'tensorrt');
      const findings = [...undecided(estimated.findings), ...misfits(target, undefined, bytes.byteLength)];
      return {
        bytes,
        format: 'engine',
        known: {
          deployable: findings.every(({ severity }) => severity !== 'error'),
          flash: { value: bytes.byteLength, unit: 'B', basis: 'measured', source },
          latency,
          energy,
          unavailable: {
            ...(estimated.unavailable.peakRam === undefined ? {} : { peakRam: estimated.unavailable.peakRam }),
            ...whyMissing(latency, energy, target.board, 'TensorRT'),
          },
          parts: { peakRam: [], flash: [{ name: 'engine', bytes: bytes.byteLength }] },
          findings,
        },
      };
    }
  }
}
