import type { Metric } from '../../measurement/measurement.ts';
import type { Target } from '../../targets/target.ts';
import { misfits } from '../estimate/misfits.ts';
import { totalBytes } from '../estimate/total-bytes.ts';
import type { Artifact, Compiled, Estimate, Part } from '../runtime.ts';
import { readReport, undecided } from '../tools/compiled.ts';
import { failureOf, refusedBy } from '../tools/refused.ts';
import facts from './facts.json' with { type: 'json' };
import { knownOnNeuralArt } from './neural-art-compiled.ts';
import { parseNeuralArt } from './neural-art-report.ts';
import { parseStEdgeAi, type StLibrary } from './report.ts';
import { stedgeai } from './stedgeai.ts';

/**
 * What `stedgeai analyze` says of an artifact: weights and activations, and code where a compiler for the target is on PATH too; our own model has the rest.
 * For an NPU the tool's own default profile of memories and options is taken.
 * `undefined` when there is no stedgeai.
 * @throws UserError when its report cannot be read
 */
export async function analyzeWithStEdgeAi(
  artifact: Artifact,
  target: Target,
  estimated: Estimate,
): Promise<Compiled | undefined> {
  const { format, bytes } = artifact;
  const withNpu = hasNeuralArt(target);
  const run = await stedgeai.run({
    arguments: [
      'analyze',
      '--model',
      `model.${format}`,
      '--target',
      seriesOf(target),
      ...(withNpu ? ['--st-neural-art'] : []),
      '--name',
      'network',
      '--workspace',
      'workspace',
      '--output',
      'output',
    ],
    files: { [`model.${format}`]: bytes },
    expects: [{ key: 'report', path: 'output/network_analyze_report.txt', optional: true }],
  });
  switch (run.status) {
    case 'not-found':
      return undefined;
    case 'timed-out':
      return refusedBy('ST Edge AI Core', artifact, `It did not end within ${run.timeLimit / 60_000} minutes.`);
    case 'failed':
      return refusedBy('ST Edge AI Core', artifact, failureOf(run));
    case 'done': {
      // What one of the two leaves out, the other has: release 3 writes no summary into its file.
      const text = `${new TextDecoder().decode(run.files.get('report'))}\n${run.stdout}`;
      const tool = `ST Edge AI Core ${run.version}`;
      const known = withNpu
        ? knownOnNeuralArt(
            readReport(tool, () => parseNeuralArt(text)),
            tool,
            target,
            estimated,
          )
        : knownFrom(
            readReport(tool, () => parseStEdgeAi(text)),
            tool,
            target,
            estimated,
          );
      return { bytes, format, known };
    }
  }
}

/** Whether ST's compiler has the Neural-ART NPU to compile for, whose report is another one. */
export const hasNeuralArt = ({ board }: Target): boolean => board.runtimes['st-edge-ai']?.accelerator !== undefined;

type Report = ReturnType<typeof parseStEdgeAi>;

function knownFrom(report: Report, tool: string, target: Target, estimated: Estimate): Partial<Estimate> {
  const { library } = report;
  // The first part of an estimate is what the tool always says: activations, weights.
  const ownRam =
    library === undefined ? estimated.parts.peakRam.slice(1) : [{ name: stateOfLibrary, bytes: library.ram }];
  const ownFlash = library === undefined ? estimated.parts.flash.slice(1) : libraryParts(library);
  const ram: readonly Part[] = [
    { name: 'activations, inputs and outputs', bytes: report.ram, shared: 'arena' },
    ...ownRam,
  ];
  const flash: readonly Part[] = [{ name: 'weights', bytes: report.weights }, ...ownFlash];
  const metric = (parts: readonly Part[], estimatedBytes: number, error: number): Metric => ({
    value: totalBytes(parts),
    unit: 'B',
    ...(library === undefined
      ? {
          basis: 'modelled',
          error: Math.round((1000 * error * estimatedBytes) / Math.max(1, totalBytes(parts))) / 1000,
          source: `${tool}, and an estimate of its library: a compiler on PATH (arm-none-eabi-gcc) would let it size that too`,
        }
      : { basis: 'measured', source: tool }),
  });
  const peakRam = metric(ram, totalBytes(ownRam), facts.runtimeRam.error);
  const flashMetric = metric(flash, totalBytes(ownFlash), facts.code.error);
  const findings = [...undecided(estimated.findings), ...misfits(target, peakRam.value, flashMetric.value, 'flash')];
  return {
    deployable: findings.every(({ severity }) => severity !== 'error'),
    peakRam,
    flash: flashMetric,
    parts: { peakRam: ram, flash },
    findings,
  };
}

const stateOfLibrary = 'state of the library';

/** Code that models of one firmware have in common, and the network's own; all is its own where the report lists no modules. */
function libraryParts({ flash, generated = 0 }: StLibrary): readonly Part[] {
  if (generated === 0) return [{ name: 'library and generated code', bytes: flash }];
  return [
    { name: 'library', bytes: flash - generated, shared: 'runtime' },
    { name: 'generated code', bytes: generated },
  ];
}

/** The series as ST's tool calls it (`stm32h7`), from the part that the board's description names first. */
function seriesOf({ board }: Target): string {
  const series = /STM32([A-Z]\d)/.exec(`${board.about} ${board.title}`)?.[1];
  return series === undefined ? 'stm32' : `stm32${series.toLowerCase()}`;
}
