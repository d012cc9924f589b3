import type { Finding } from '../../measurement/measurement.ts';
import { isQuantized } from '../../quantize/is-quantized.ts';
import type { Target } from '../../targets/target.ts';
import { executedGraph } from '../onnxruntime/executed-graph.ts';
import { type NpuRuntime, npuEstimate } from '../roofline/npu-estimate.ts';
import { ownSteps } from '../roofline/own-steps.ts';
import type { Artifact, Estimate, Runtime } from '../runtime.ts';
import { convertWithSynap } from './compile.ts';
import { synapPlacement } from './placement.ts';
import { synapConvert } from './synap-convert.ts';

/** Synaptics SyNAP: models compiled offline for the NPU of an Astra, what the NPU lacks runs on the CPU. */
export const synap: Runtime = {
  id: 'synap',
  title: 'SyNAP',
  loads: ['tflite', 'onnx'],
  takesAsIs: isQuantized,
  estimate,
  compile: (artifact, target) => convertWithSynap(artifact, target, estimate(artifact, target)),
  compilerVersion: synapConvert.version,
};

const compilerMissing: Finding = {
  code: 'compiler-missing',
  severity: 'info',
  message: `These figures are our own model of SyNAP, whose toolkit is not on this machine; what ships is still to be converted. ${synapConvert.howToGet}`,
};

const npu: NpuRuntime = {
  id: 'synap',
  title: 'SyNAP',
  source: 'roofline per operator on the NPU, compiled offline; what the NPU lacks on the CPU',
  place: (graph, { operator, isInteger }) => synapPlacement(graph, operator, isInteger),
  unavailable: ({ arenaRequired }, { bytes }) => ({
    peakRam: `Activations need ${(arenaRequired / 2 ** 20).toFixed(2)} MiB as planned by size; what SyNAP's driver and runtime hold besides was not measured.`,
    flash: `The size of SyNAP's compiled model, whose weights are compressed, was not measured; the model file has ${(bytes.byteLength / 2 ** 20).toFixed(2)} MiB.`,
  }),
};

function estimate(artifact: Artifact, target: Target): Estimate {
  const { graph } = artifact;
  const met = graph.dialect === 'onnx' ? executedGraph(graph) : ownSteps(graph);
  const estimated = npuEstimate(npu, artifact, target, met);
  return { ...estimated, findings: [...estimated.findings.slice(0, 999), compilerMissing] };
}
