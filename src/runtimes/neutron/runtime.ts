import type { Target } from '../../targets/target.ts';
import { type NpuRuntime, npuEstimate } from '../roofline/npu-estimate.ts';
import { ownSteps } from '../roofline/own-steps.ts';
import type { Artifact, Estimate, Runtime } from '../runtime.ts';
import { operatorCost } from '../tflm/cycles.ts';
import { kernelBuild } from '../tflm/kernels.ts';
import { tflm } from '../tflm/runtime.ts';
import { unsupported } from '../tflm/support/unsupported.ts';
import { isStarted, neutronCycles } from './cycles.ts';
import { neutronPlacement } from './placement.ts';

/** NXP's eIQ Neutron NPU in MCX N: `neutron-converter` puts what it takes into one operator, TensorFlow Lite Micro runs that and the rest. */
export const neutron: Runtime = {
  id: 'neutron',
  title: 'eIQ Neutron',
  loads: ['tflite'],
  takesAsIs: tflm.takesAsIs,
  estimate,
};

const npu: NpuRuntime = {
  id: 'neutron',
  title: 'eIQ Neutron',
  source:
    'multiply-accumulates and the start of each operator on the NPU; kernels of TensorFlow Lite Micro for the rest',
  place: neutronPlacement,
  milliseconds: (graph, { operator }, placement, board) => {
    if (placement.unit === 'cpu') return operatorCost(graph, operator, board)?.milliseconds;
    const runtime = board.runtimes.neutron;
    const [clockHz, start] = [runtime?.accelerator?.clockHz?.value, runtime?.coefficients?.startMicroseconds?.value];
    if (clockHz === undefined || start === undefined) return undefined;
    return (1e3 * neutronCycles(graph, operator)) / clockHz + (isStarted(graph, operator) ? start / 1e3 : 0);
  },
  unavailable: ({ arenaRequired }, { bytes }) => ({
    peakRam: `Activations need ${(arenaRequired / 1024).toFixed(1)} KiB as planned by size; what eIQ's converter and driver need besides is not published.`,
    flash: `The converter packs weights and adds the NPU's commands, in a way that is not published; the model file has ${(bytes.byteLength / 1024).toFixed(1)} KiB.`,
  }),
};

function estimate(artifact: Artifact, target: Target): Estimate {
  const { graph } = artifact;
  const refused = unsupported(graph, kernelBuild(target.board).library);
  return npuEstimate(npu, artifact, target, ownSteps(graph), refused);
}
