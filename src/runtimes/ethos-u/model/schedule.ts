import { concreteShape } from '../../../graph/access.ts';
import type { Graph, Tensor } from '../../../graph/graph.ts';
import type { NpuConfiguration } from '../configuration.ts';
import type { Placement } from '../support/placements.ts';
import { type Block, roundUp } from './block.ts';
import { operationCycles } from './cycles.ts';
import { type EncodedWeights, encodedWeights } from './encoded-weights.ts';
import { type FeatureMap, featureMaps } from './feature-maps.ts';
import { volumeOf } from './maker.ts';
import type { NpuOperation } from './npu-operation.ts';
import { timeOf } from './operation-time.ts';
import { placeMaps } from './place-maps.ts';
import type { Step } from './steps.ts';
import { type Unit, unitOf } from './unit.ts';

/** A model's operations in time and in memory. */
export interface Schedule {
  /** By operator of the model. */
  readonly operators: readonly { readonly cycles: number; readonly sramBytes: number; readonly weightBytes: number }[];
  readonly steps: readonly { readonly operator: number; readonly cycles: number; readonly slices: number }[];
  readonly sramBytes: number;
  /** Bytes of feature maps in the memory behind the SRAM. */
  readonly outsideBytes: number;
  /** Bytes of all encoded weights and scales. */
  readonly weightBytes: number;
}

/** Cycles and memory of all operations, one after the other. */
export function schedule(
  graph: Graph,
  placements: readonly Placement[],
  steps: readonly Step[],
  configuration: NpuConfiguration,
): Schedule {
  const unit = unitOf(configuration);
  const maps = featureMaps(graph, placements);
  const placed = placeMaps(graph, placements, maps, configuration);
  const encoded = new Map<Tensor, EncodedWeights>();
  const sums = graph.operators.map(() => ({ cycles: 0, sramBytes: 0, weightBytes: 0 }));
  const buffers = new Float64Array(graph.operators.length);
  const blocks = new Map<NpuOperation, Block | undefined>();
  const counted = new Set<Tensor>();
  const withLayout = layoutOf(maps);
  const done: { operator: number; cycles: number; slices: number }[] = [];
  const ahead = new Map<number, number>();
  let slack = 0;
  steps.forEach(({ operator, operation: plain }, at) => {
    const operation = withLayout(plain, operator);
    // The steps of a recurrent layer are the same operation again and again.
    const block = blocks.has(plain) ? blocks.get(plain) : unit.findBlock(operation);
    blocks.set(plain, block);
    const sum = sums[operator];
    if (block === undefined || sum === undefined) return;
    const weights = weightsOf(operation, block, unit, encoded);
    const { input, output } = placed.channelsOf(operator, unit);
    const own =
      operation.kind === 'copy'
        ? 0
        : operationCycles(operation, block, unit.timing, { input, output, weights: unit.store });
    // Vela decides on weights before it knows which feature maps will be in SRAM.
    const planned =
      configuration.memoryMode === 'shared' || operation.kind === 'copy'
        ? own
        : operationCycles(operation, block, unit.timing, {
            input: unit.store,
            output: unit.store,
            weights: unit.store,
          });
    const isFirst = at === 0 || isAfterCpu(placements, steps[at - 1]?.operator ?? 0, operator);
    const timed = timeOf({
      operation,
      block,
      unit,
      weights,
      own,
      planned,
      slack,
      isFirst,
      free: placed.freeAt(operator),
      input,
      output,
    });
    slack = timed.buffer?.lastCycles ?? planned;
    sum.cycles += timed.cycles;
    if (weights !== undefined && plain.weights !== undefined && !counted.has(plain.weights)) {
      counted.add(plain.weights);
      sum.weightBytes += weights.weightBytes + weights.scaleBytes;
    }
    const { buffer } = timed;
    if (buffer !== undefined) {
      buffers[operator] = Math.max(buffers[operator] ?? 0, buffer.parts[0] + buffer.parts[1]);
      const before = steps[at - 1]?.operator;
      if (buffer.isAhead && before !== undefined && before !== operator) {
        ahead.set(before, Math.max(ahead.get(before) ?? 0, buffer.parts[0]));
      }
    }
    done.push({ operator, cycles: timed.cycles, slices: buffer?.slices ?? 0 });
  });
  sums.forEach((sum, index) => {
    const scratch = placements[index]?.unit === 'npu' ? scratchBytes(graph, index) : 0;
    sum.sramBytes = placed.usedAt(index) + scratch + (buffers[index] ?? 0) + (ahead.get(index) ?? 0);
  });
  const weightBytes = [...encoded.values()].reduce((total, each) => total + each.weightBytes + each.scaleBytes, 0);
  return {
    operators: sums,
    steps: done,
    sramBytes: Math.max(0, ...sums.map(({ sramBytes }) => sramBytes)),
    outsideBytes: placed.outsideBytes,
    weightBytes,
  };
}

/** Sets which feature maps of an operation have the model's layout: those that it shares with what is not the NPU's. */
function layoutOf(maps: readonly FeatureMap[]): (operation: NpuOperation, operator: number) => NpuOperation {
  const linearInputs = new Set(maps.flatMap((map) => (map.isLinear ? map.readers : [])));
  const linearOutputs = new Set(maps.flatMap((map) => (map.isLinear ? map.writers : [])));
  return (operation, operator) => ({
    ...operation,
    isInputLinear: linearInputs.has(operator),
    isOutputLinear: linearOutputs.has(operator),
  });
}

/** What lies between the operations of one operator: of a softmax two maps of int32, and three values a row. */
function scratchBytes(graph: Graph, index: number): number {
  const operator = graph.operators[index];
  if (operator?.type !== 'SOFTMAX') return 0;
  const { h, w, c } = volumeOf(graph.tensors[operator.inputs[0] ?? -1]);
  return h * w * (2 * 4 * roundUp(c, 16) + 3 * 4 * 16);
}

function isAfterCpu(placements: readonly Placement[], before: number, operator: number): boolean {
  return placements.slice(before, operator).some(({ unit }) => unit === 'cpu');
}

/** Encoded sizes; weights that several operations share are coded once. */
function weightsOf(
  { weights, kind, ofm, ifm, kernel }: NpuOperation,
  { micro, isPartKernel }: Block,
  { timing }: Unit,
  known: Map<Tensor, EncodedWeights>,
): EncodedWeights | undefined {
  if (weights === undefined) return undefined;
  const before = known.get(weights);
  if (before !== undefined) return before;
  const elements = (concreteShape(weights.shape) ?? []).reduce((product, extent) => product * extent, 1);
  const taps = kernel.h * kernel.w;
  const grain = timing.isU85 ? micro.c : 8;
  const padded =
    kind === 'depthwise'
      ? roundUp(taps, 4) * roundUp(ofm.c, grain)
      : isPartKernel
        ? roundUp(taps, 4) * roundUp(ifm.c, 8) * roundUp(ofm.c, grain)
        : taps * roundUp(ifm.c, 8) * roundUp(ofm.c, grain);
  const sizes = encodedWeights(weights, ofm.c, Math.max(elements, padded));
  known.set(weights, sizes);
  return sizes;
}
