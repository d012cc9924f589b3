import { concreteShape } from '../../src/graph/access.ts';
import type { Graph, Operator } from '../../src/graph/graph.ts';
import { operatorMacs } from '../../src/graph/macs.ts';

/** What ncnn does otherwise than the operators' shapes say (Tencent/ncnn a4d2ea1 src/layer/arm/convolution_arm.cpp, convolution_arm_asimdhp.cpp and lrn_arm.cpp). */
export interface NcnnWork {
  /** Multiply-accumulates and results of convolutions that it does by Winograd's algorithm, and the products that this takes instead. */
  readonly winogradMacs: number;
  readonly winogradOutputs: number;
  readonly winogradProducts: number;
  /** Elements that it copies and transforms: tiles of Winograd's algorithm, columns of the other convolutions that are larger than 1 by 1. */
  readonly arranged: number;
  /** Bytes of Winograd's transformed filters beyond those of the filters. */
  readonly filterBytes: number;
  /** Passes over elements that an operator takes beyond the first. */
  readonly passes: number;
}

const none: NcnnWork = {
  winogradMacs: 0,
  winogradOutputs: 0,
  winogradProducts: 0,
  arranged: 0,
  filterBytes: 0,
  passes: 0,
};

type Precision = 'float32' | 'float16' | 'int8';

/** The sum over a graph's operators; `hasDotProduct` says whether the core multiplies integers by fours, where ncnn leaves Winograd's algorithm. */
export function ncnnWork(graph: Graph, precision: Precision, hasDotProduct: boolean): NcnnWork {
  return graph.operators
    .map((operator) => operatorNcnnWork(graph, operator, precision, hasDotProduct))
    .reduce((sum, each) => ({
      winogradMacs: sum.winogradMacs + each.winogradMacs,
      winogradOutputs: sum.winogradOutputs + each.winogradOutputs,
      winogradProducts: sum.winogradProducts + each.winogradProducts,
      arranged: sum.arranged + each.arranged,
      filterBytes: sum.filterBytes + each.filterBytes,
      passes: sum.passes + each.passes,
    }));
}

function operatorNcnnWork(graph: Graph, operator: Operator, precision: Precision, hasDotProduct: boolean): NcnnWork {
  const [input = [], weights = [], output = []] = [operator.inputs[0], operator.inputs[1], operator.outputs[0]].map(
    (id) => concreteShape(graph.tensors[id ?? -1]?.shape),
  );
  // Squares, a sum over five channels, and a power with a product, each over all elements.
  if (operator.type === 'LOCAL_RESPONSE_NORMALIZATION')
    return { ...none, passes: 6 * output.reduce((product, extent) => product * extent, 1) };
  if (operator.type !== 'CONV_2D') return none;
  const [filters = 0, kernelHeight = 0, kernelWidth = 0, depth = 0] = weights;
  const [batch = 1, height = 0, width = 0] = output;
  if (kernelHeight === 1 && kernelWidth === 1) return none;
  const groups = (input[3] ?? depth) / depth;
  const each = filters / groups;
  const tile = isDense(input, output, weights) ? tileOf(depth, each, precision, hasDotProduct) : undefined;
  const positions = batch * height * width;
  if (tile === undefined) return { ...none, arranged: groups * positions * kernelHeight * kernelWidth * depth };
  const points = (tile + 2) ** 2;
  const transformed = batch * Math.ceil(height / tile) * Math.ceil(width / tile) * points * groups;
  const bytes = precision === 'float32' ? 4 : 2;
  return {
    ...none,
    winogradMacs: operatorMacs(graph, operator),
    winogradOutputs: positions * filters,
    winogradProducts: transformed * depth * each,
    arranged: transformed * (depth + each),
    filterBytes: groups * depth * each * (points * bytes - 9 * (precision === 'int8' ? 1 : bytes)),
  };
}

/** 3 by 3 with a stride of 1. */
function isDense(input: readonly number[], output: readonly number[], weights: readonly number[]): boolean {
  return weights[1] === 3 && weights[2] === 3 && Math.abs((input[1] ?? 0) - (output[1] ?? 0)) <= 2;
}

/** Results along a side that a tile gives, where ncnn chooses Winograd's algorithm. */
function tileOf(depth: number, filters: number, precision: Precision, hasDotProduct: boolean): number | undefined {
  if (precision === 'int8') return depth >= 8 && filters >= 8 && !hasDotProduct ? 4 : undefined;
  const least = precision === 'float16' ? 16 : 8;
  if (depth < least && filters < least) return undefined;
  if (depth <= 128 && filters <= 128) return 6;
  return depth >= least && filters >= least ? 4 : 2;
}
