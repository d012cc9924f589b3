import type { Graph } from '../../graph/graph.ts';
import { isQuantized } from '../../quantize/is-quantized.ts';
import type { Target } from '../../targets/target.ts';
import type { Runtime } from '../runtime.ts';
import { compileWithTvm } from './compile.ts';
import { llvmTarget } from './compiled-for.ts';
import { estimateMicro } from './micro.ts';
import { estimateRelax } from './relax.ts';
import { tvm } from './tvm.ts';

/**
 * Apache TVM: compiles a model into machine code of its own. On boards that run Linux that is Relax, TVM's present form, whose virtual machine calls the kernels;
 * on microcontrollers it was microTVM's ahead-of-time C, which TVM has no more.
 */
export const tvmRuntime: Runtime = {
  id: 'tvm',
  title: 'Apache TVM',
  loads: ['onnx', 'tflite'],
  takesAsIs,
  estimate: (artifact, target) => (isMicro(target) ? estimateMicro : estimateRelax)(artifact, target),
  compile: async (artifact, target) => (isMicro(target) ? undefined : compileWithTvm(artifact, target)),
  compilerVersion: async (target) => (isMicro(target) ? undefined : tvm.version()),
};

/** Relax folds and fuses what there is, and has no integer arithmetic to gain; microTVM's kernels are for integers. */
function takesAsIs(graph: Graph, target: Target): boolean {
  return isQuantized(graph) || !isMicro(target);
}

const isMicro = ({ board }: Target): boolean => llvmTarget(board) === undefined;
