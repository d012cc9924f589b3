import type { Finding } from '../../measurement/measurement.ts';
import { isQuantized } from '../../quantize/is-quantized.ts';
import type { Target } from '../../targets/target.ts';
import { energyOf, latencySum, whyMissing } from '../estimate/latency-and-energy.ts';
import { costedLayers } from '../estimate/layers.ts';
import { misfits } from '../estimate/misfits.ts';
import { openShapes } from '../estimate/open-shapes.ts';
import { totalBytes } from '../estimate/total-bytes.ts';
import { executedGraph } from '../onnxruntime/executed-graph.ts';
import { cpuUnit, unitMilliseconds } from '../roofline/time.ts';
import { computedTensors, noWork, operatorWork, precisionOf } from '../roofline/work.ts';
import type { Artifact, Estimate, Part } from '../runtime.ts';
import facts from './facts.json' with { type: 'json' };
import { absorbedOperators, kernelsOf } from './kernels.ts';
import { type LibraryFigures, libraryParts, modelledFigures } from './library.ts';
import { refusedByTvm } from './support.ts';
import { tvm, tvmVersion } from './tvm.ts';

/** Without TVM: our own model of what it would make. */
export function estimateRelax(artifact: Artifact, target: Target): Estimate {
  const missing: Finding = {
    code: 'compiler-missing',
    severity: 'info',
    message: `These figures are our own model of TVM ${tvmVersion}, which is not on this machine; what ships is still to be compiled. ${tvm.howToGet}`,
  };
  const refusals = refusedByTvm(artifact.graph);
  const estimate = estimateLibrary(artifact, target, modelledFigures(artifact.graph));
  return {
    ...estimate,
    deployable: estimate.deployable && refusals.length === 0,
    findings: [missing, ...refusals, ...estimate.findings].slice(0, 1000),
  };
}

/** All that a Measurement has of a model whose compiled library is known, from TVM or from our own model of it. */
export function estimateLibrary(artifact: Artifact, target: Target, figures: LibraryFigures): Estimate {
  const { board } = target;
  const { graph, steps } = executedGraph(artifact.graph);
  const unit = cpuUnit(board, 'tvm');
  const computed = computedTensors(graph);
  const absorbed = absorbedOperators(graph, kernelsOf(graph));
  const layers = costedLayers(
    graph,
    board,
    steps.map(({ operator }, position) => {
      const work = absorbed.has(position) ? noWork : operatorWork(graph, operator, computed);
      // Integers are computed in floating point, whose weights are four times as large.
      const isInteger = precisionOf(graph, operator) === 'int8';
      const real = isInteger ? { ...work, weightBytes: 4 * work.weightBytes, dataBytes: 4 * work.dataBytes } : work;
      return {
        milliseconds: unit === undefined ? undefined : unitMilliseconds(real, unit, 'float32'),
        unit: 'cpu' as const,
        liveBytes: figures.liveBytes[position] ?? 0,
      };
    }),
    (position) => steps[position]?.index ?? position,
  );
  const latency = latencySum(
    layers,
    board.runtimes.tvm?.latencyError?.value,
    `roofline per operator in float32, ${board.core.title} at ${board.clockHz.value / 1e6} MHz, as if TVM's schedules had been tuned on it`,
  );
  const energy = energyOf(latency, board, 'tvm');
  const { ram, flash } = libraryParts(figures);
  const findings = [...inFloat(artifact), untuned, ...openShapes(graph), ...fits(target, ram, flash)];
  const measured = {
    basis: 'measured',
    source: `TVM ${figures.version ?? tvmVersion}: its compiled library, and the runtime for it`,
  } as const;
  return {
    deployable: findings.every(({ severity }) => severity !== 'error'),
    peakRam: {
      value: totalBytes(ram),
      unit: 'B',
      basis: 'modelled',
      error: figures.version === undefined ? facts.process.ownPlanError : facts.process.error,
      source: `runtime, constants and pieces of memory as TVM ${figures.version === undefined ? 'would plan' : `${figures.version} planned`} them; fitted to processes on Linux x64`,
    },
    flash: {
      value: totalBytes(flash),
      unit: 'B',
      ...(figures.version === undefined
        ? {
            basis: 'modelled' as const,
            error: Math.round((1000 * facts.code.error * figures.codeBytes) / totalBytes(flash)) / 1000,
            source:
              'constants in floating point, an estimate for the code of each kernel, and the runtime of TVM on Linux arm64',
          }
        : measured),
    },
    latency,
    energy,
    unavailable: whyMissing(latency, energy, board, 'TVM'),
    memory: figures.memory,
    parts: { peakRam: ram, flash },
    layers,
    findings,
  };
}

const fits = (target: Target, ram: readonly Part[], flash: readonly Part[]): readonly Finding[] =>
  misfits(target, totalBytes(ram), totalBytes(flash));

function inFloat({ graph }: Artifact): readonly Finding[] {
  if (!isQuantized(graph)) return [];
  const message =
    "TVM's Relax has no integer arithmetic for quantised models: it computes them in float32 with weights four times their size. A float model is as fast there, as small, and more accurate.";
  return [{ code: 'computed-in-float', severity: 'warning', message }];
}

/** Of every model: what TVM compiles without records of tuning has plain loops. */
const untuned: Finding = {
  code: 'untuned-code',
  severity: 'info',
  message:
    "The latency is one of schedules that were tuned on the board (MetaSchedule); without tuning TVM's kernels for CPUs are plain loops, many times slower. Measure what ships with measure-with.",
};
