import type { Target } from '../../targets/target.ts';
import { misfits } from '../estimate/misfits.ts';
import { totalBytes } from '../estimate/total-bytes.ts';
import type { Metric } from '../measurement.ts';
import type { Artifact, Compiled, Estimate, Part } from '../runtime.ts';
import { reasonIn, refusedBy } from '../tools/refused.ts';
import facts from './facts.json' with { type: 'json' };
import { parseStEdgeAi } from './report.ts';
import { stedgeai } from './stedgeai.ts';

/**
 * What `stedgeai analyze` says of an artifact: weights and activations, and code where a compiler for the target is on PATH too; our own model has the rest.
 * `undefined` when there is no stedgeai.
 * @throws Error when its report cannot be read
 */
export async function analyzeWithStEdgeAi(
  artifact: Artifact,
  target: Target,
  estimated: Estimate,
): Promise<Compiled | undefined> {
  const { format, bytes } = artifact;
  const run = await stedgeai.run({
    arguments: [
      'analyze',
      '--model',
      `model.${format}`,
      '--target',
      seriesOf(target),
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
      return refusedBy('ST Edge AI Core', artifact, reasonIn(`${run.stdout}\n${run.stderr}`));
    case 'done': {
      const file = run.files.get('report');
      const report = parseStEdgeAi(file === undefined ? run.stdout : new TextDecoder().decode(file));
      return { bytes, format, known: knownFrom(report, `ST Edge AI Core ${run.version}`, target, estimated) };
    }
  }
}

type Report = ReturnType<typeof parseStEdgeAi>;

function knownFrom(report: Report, tool: string, target: Target, estimated: Estimate): Partial<Estimate> {
  const own = (parts: readonly Part[]) => parts.at(-1)?.bytes ?? 0;
  const { library } = report;
  const ram: readonly Part[] = [
    { name: 'activations, inputs and outputs', bytes: report.ram },
    { name: 'state of the library', bytes: library?.ram ?? own(estimated.parts.peakRam) },
  ];
  const flash: readonly Part[] = [
    { name: 'weights', bytes: report.weights },
    { name: 'library and generated code', bytes: library?.flash ?? own(estimated.parts.flash) },
  ];
  const metric = (parts: readonly Part[], error: number): Metric => ({
    value: totalBytes(parts),
    unit: 'B',
    ...(library === undefined
      ? {
          basis: 'modelled',
          error: Math.round((1000 * error * (parts.at(-1)?.bytes ?? 0)) / Math.max(1, totalBytes(parts))) / 1000,
          source: `${tool}, and an estimate of its library: a compiler on PATH (arm-none-eabi-gcc) would let it size that too`,
        }
      : { basis: 'measured', source: tool }),
  });
  const [peakRam, flashMetric] = [metric(ram, facts.runtimeRam.error), metric(flash, facts.code.error)];
  const findings = [
    ...estimated.findings.filter(({ code }) => code !== 'does-not-fit' && code !== 'compiler-missing'),
    ...misfits(target, peakRam.value, flashMetric.value),
  ];
  return {
    deployable: findings.every(({ severity }) => severity !== 'error'),
    peakRam,
    flash: flashMetric,
    parts: { peakRam: ram, flash },
    findings,
  };
}

/** The series as ST's tool calls it (`stm32h7`), from the part that the board's description names first. */
function seriesOf({ board }: Target): string {
  const series = /STM32([A-Z]\d)/.exec(`${board.about} ${board.title}`)?.[1];
  return series === undefined ? 'stm32' : `stm32${series.toLowerCase()}`;
}
