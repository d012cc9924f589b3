import type { Graph } from '../../graph/graph.ts';
import type { Target } from '../../targets/target.ts';
import { energyOf, whyNoEnergy } from '../estimate/latency-and-energy.ts';
import { costedLayers } from '../estimate/layers.ts';
import { misfits } from '../estimate/misfits.ts';
import type { Artifact, Estimate, Runtime } from '../runtime.ts';
import { tflmArena } from './arena/arena.ts';
import { constantBytes, operatorCost } from './cycles.ts';
import { finishForTflm } from './finish.ts';
import { linkTogether, runtimeFlash } from './flash/flash.ts';
import { kernelBuild } from './kernels.ts';
import { besidesArena, flashMetric, latencyMetric, peakRamMetric } from './metrics.ts';
import { withOwnPlan } from './own-plan.ts';
import { unsupported } from './support/unsupported.ts';

/** TensorFlow Lite Micro: an interpreter that plans one arena before the first inference and runs a `.tflite` as it is. */
export const tflm: Runtime = {
  id: 'tflm',
  title: 'TensorFlow Lite Micro',
  loads: ['tflite'],
  takesAsIs: isInteger,
  finish: finishForTflm,
  linkTogether,
  estimate,
};

/** True when no computed tensor is floating-point but inputs and outputs that are quantised at once: an integer model runs well as it is. */
function isInteger(graph: Graph): boolean {
  const converting = new Set(['QUANTIZE', 'DEQUANTIZE']);
  return [graph, ...graph.subgraphs].every((each) =>
    each.operators.every((operator) => {
      if (converting.has(operator.type)) return true;
      return !operator.outputs.some((id) => id !== null && each.tensors[id]?.dtype === 'float32');
    }),
  );
}

function estimate(artifact: Artifact, target: Target): Estimate {
  const { graph } = artifact;
  const { board } = target;
  const build = kernelBuild(board);
  const refusals = unsupported(graph, build.library);
  const arena = tflmArena(graph, build);
  const costs = graph.operators.map((operator) => operatorCost(graph, operator, board));

  const ramParts = [...arena.parts, ...besidesArena(graph)];
  const peakRam = peakRamMetric(graph, build, arena, ramParts);
  const code = runtimeFlash(graph, board);
  const flashParts = [{ name: 'model', bytes: artifact.bytes.byteLength }, ...code.parts];
  const flash = flashMetric(code, flashParts);
  const latency = latencyMetric(costs, target);
  const energy = energyOf(latency, board, 'tflm');
  const findings = [...refusals, ...misfits(target, peakRam.value, flash.value, 'flash')];
  return {
    deployable: !findings.some(({ severity }) => severity === 'error'),
    peakRam,
    flash,
    latency,
    energy,
    unavailable: {
      ...(latency === null ? { latency: `Kernel costs of ${board.id} are not known.` } : {}),
      ...(energy !== null ? {} : { energy: whyNoEnergy(latency, board) }),
    },
    memory: withOwnPlan(arena.memory, graph, build),
    parts: { peakRam: ramParts, flash: flashParts },
    layers: costedLayers(
      graph,
      board,
      graph.operators.map((operator, index) => ({
        milliseconds: costs[index]?.milliseconds,
        instructions: costs[index]?.instructions,
        unit: 'cpu' as const,
        liveBytes: arena.liveBytes[index] ?? 0,
        flash: constantBytes(graph, operator),
      })),
    ),
    findings,
  };
}
