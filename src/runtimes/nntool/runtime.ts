import type { Board } from '../../targets/board.ts';
import type { Target } from '../../targets/target.ts';
import { type NpuRuntime, npuEstimate } from '../roofline/npu-estimate.ts';
import { ownSteps } from '../roofline/own-steps.ts';
import type { Artifact, Estimate, Runtime } from '../runtime.ts';
import { tflm } from '../tflm/runtime.ts';
import { type GapCosts, gapCycles } from './cycles.ts';
import { ne16Job } from './placement.ts';

/** What NNTool quantises weights to where nothing else is asked for. */
const weightBits = 8;

/** GreenWaves' NNTool and AutoTiler: C code for the cores of GAP9's cluster and its NE16, out of tiles that fit their 128 kB. */
export const nntool: Runtime = {
  id: 'nntool',
  title: 'GreenWaves NNTool',
  loads: ['tflite'],
  takesAsIs: tflm.takesAsIs,
  estimate,
};

const npu: NpuRuntime = {
  id: 'nntool',
  title: 'GreenWaves NNTool in this precision',
  source:
    'cycles of NE16 by its stages, what it lacks on the eight cores of the cluster, and a start for each operator',
  place: (graph, { operator }) =>
    ne16Job(graph, operator) === undefined
      ? {
          unit: 'cpu',
          reason: `NE16 computes int8 convolutions of 1×1 and 3×3 and dense layers, and ${operator.type.slice(0, 200)} here is none; the cluster's cores compute it`,
        }
      : { unit: 'npu', precision: 'int8' },
  milliseconds: (graph, { operator, isInteger }, _, board) => {
    const costs = costsOf(board);
    if (costs === undefined || !isInteger) return undefined;
    return (1e3 * gapCycles(graph, operator, weightBits, costs)) / board.clockHz.value;
  },
  unavailable: ({ arenaRequired }, { bytes }) => ({
    peakRam: `Activations need ${(arenaRequired / 1024).toFixed(1)} KiB as planned by size; how AutoTiler divides them and the weights among L1, L2 and external memory was not modelled.`,
    flash: `AutoTiler's code and what NNTool makes of the weights were not measured; the model file has ${(bytes.byteLength / 1024).toFixed(1)} KiB.`,
  }),
};

function costsOf(board: Board): GapCosts | undefined {
  const coefficients = board.runtimes.nntool?.coefficients;
  const { operatorCycles, cyclesPerClusterMac, cyclesPerClusterElement } = coefficients ?? {};
  if (operatorCycles === undefined || cyclesPerClusterMac === undefined || cyclesPerClusterElement === undefined) {
    return undefined;
  }
  return {
    operatorCycles: operatorCycles.value,
    cyclesPerClusterMac: cyclesPerClusterMac.value,
    cyclesPerClusterElement: cyclesPerClusterElement.value,
  };
}

function estimate(artifact: Artifact, target: Target): Estimate {
  return npuEstimate(npu, artifact, target, ownSteps(artifact.graph));
}
