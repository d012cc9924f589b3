import type { Finding } from '../../measurement/measurement.ts';
import { isQuantized } from '../../quantize/is-quantized.ts';
import type { Target } from '../../targets/target.ts';
import type { Artifact, Estimate, Runtime } from '../runtime.ts';
import { bundleMemory } from './bundle.ts';
import { compileWithGlow } from './compile.ts';
import { estimateBundle } from './estimate.ts';
import { modelCompiler } from './glow.ts';
import { refusedByGlow } from './support.ts';

/** Glow's ahead-of-time bundles: an object file with one function that is given constant weights, mutable weights (inputs and outputs) and activations. */
export const glow: Runtime = {
  id: 'glow',
  title: 'Glow',
  loads: ['tflite', 'onnx'],
  takesAsIs: isQuantized,
  estimate,
  compile: async (artifact, target) => {
    const compiled = await compileWithGlow(artifact, target);
    if (compiled === undefined) return undefined;
    return { ...compiled, known: { ...compiled.known, findings: [retired, ...(compiled.known.findings ?? [])] } };
  },
  compilerVersion: modelCompiler.version,
};

/** Without Glow: our own model of what it would make. */
function estimate(artifact: Artifact, target: Target): Estimate {
  const missing: Finding = {
    code: 'compiler-missing',
    severity: 'info',
    message: `These figures are our own model of Glow, which is not on this machine. ${modelCompiler.howToGet}`,
  };
  const refusals = refusedByGlow(artifact.graph);
  const known = estimateBundle(artifact, target, bundleMemory(artifact.graph));
  return {
    ...known,
    deployable: known.deployable && refusals.length === 0,
    findings: [retired, missing, ...refusals, ...known.findings].slice(0, 1000),
  };
}

/** What upstream has given up is said with every figure. */
const retired: Finding = {
  code: 'retired-runtime',
  severity: 'info',
  message:
    'Glow is archived (pytorch/glow; last commit in May 2024) and not maintained. For new firmware use TensorFlow Lite Micro with CMSIS-NN (tflm), which NXP supports on i.MX RT, or ExecuTorch for PyTorch models; on Linux, LiteRT or ONNX Runtime.',
};
