import { isQuantized } from '../../quantize/is-quantized.ts';
import type { Target } from '../../targets/target.ts';
import { litert } from '../litert/runtime.ts';
import { unsupportedByLitert } from '../litert/support.ts';
import { type NpuRuntime, npuEstimate } from '../roofline/npu-estimate.ts';
import { ownSteps } from '../roofline/own-steps.ts';
import type { Artifact, Estimate, Runtime } from '../runtime.ts';
import { vxPlacement } from './placement.ts';

/** LiteRT with VeriSilicon's VX delegate, as NXP ships it: what the NPU of an i.MX 8M Plus has runs there, the rest on the CPU. */
export const vxDelegate: Runtime = {
  id: 'vx-delegate',
  title: 'LiteRT with the VX delegate',
  loads: ['tflite'],
  takesAsIs: isQuantized,
  ...(litert.finish === undefined ? {} : { finish: litert.finish }),
  estimate,
};

const npu: NpuRuntime = {
  id: 'vx-delegate',
  title: 'this precision with the VX delegate',
  source: 'roofline per operator on the NPU, compiled by the VX delegate when the model is loaded; the rest on the CPU',
  place: vxPlacement,
  unavailable: ({ arenaRequired }, { bytes }) => ({
    peakRam: `Activations need ${(arenaRequired / 2 ** 20).toFixed(2)} MiB as planned by size; what the NPU's driver holds besides, which compiles the model when it is loaded, was not measured.`,
    flash: `The model file has ${(bytes.byteLength / 2 ** 20).toFixed(2)} MiB; the delegate and the NPU's driver, which are libraries of the system, were not measured.`,
  }),
};

function estimate(artifact: Artifact, target: Target): Estimate {
  const { graph } = artifact;
  return npuEstimate(npu, artifact, target, ownSteps(graph), unsupportedByLitert(graph));
}
