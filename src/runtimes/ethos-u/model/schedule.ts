import { concreteShape } from '../../../graph/access.ts';
import type { Graph, Tensor } from '../../../graph/graph.ts';
import type { NpuConfiguration } from '../configuration.ts';
import type { Placement } from '../support/placements.ts';
import { type Block, roundUp } from './block.ts';
import { operationCycles, type Part } from './cycles.ts';
import { type EncodedWeights, encodedWeights } from './encoded-weights.ts';
import { type FeatureMap, featureMaps } from './feature-maps.ts';
import type { NpuOperation } from './npu-operation.ts';
import { volumeOf } from './operations.ts';
import { placeMaps } from './place-maps.ts';
import type { Step } from './steps.ts';
import { trafficOf } from './traffic.ts';
import type { Channel } from './transfer.ts';
import { type Unit, unitOf } from './unit.ts';
import { moveCycles, type WeightBuffer, weightBuffer } from './weight-buffer.ts';

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

interface TimeQuestion {
  readonly operation: NpuOperation;
  readonly block: Block;
  readonly unit: Unit;
  readonly weights: EncodedWeights | undefined;
  readonly own: number;
  readonly planned: number;
  readonly slack: number;
  readonly isFirst: boolean;
  readonly free: number;
  readonly input: Channel;
  readonly output: Channel;
}

/** The longest of computing, SRAM's traffic and the other memory's; weights that are fetched ahead cost where the operation before does not hide them. */
function timeOf({ operation, block, unit, weights, own, planned, slack, isFirst, free, input, output }: TimeQuestion): {
  readonly cycles: number;
  readonly buffer: WeightBuffer | undefined;
} {
  const { sram, store, timing } = unit;
  const { readBytes, writtenBytes, weightPasses } = trafficOf(operation, block, timing.cores, { input, output });
  const isElementwise = operation.kind === 'elementwise';
  const longest = (npu: number, more: { readonly sram: Constants; readonly store: Constants }): number =>
    Math.floor(
      Math.max(
        npu,
        ...(
          [
            [sram, more.sram],
            [store, more.store],
          ] as const
        ).map(([memory, constants]) =>
          accessCycles(memory, {
            ...constants,
            read: input === memory ? readBytes : 0,
            written: constants.written + (output === memory ? writtenBytes : 0),
            isElementwise,
          }),
        ),
      ),
    );
  const none: Constants = { weights: 0, scales: 0, moved: 0, written: 0 };
  if (weights === undefined) {
    const copied =
      operation.kind === 'copy'
        ? Math.max(
            input.readLatency + readBytes / input.bytesPerCycle,
            output.writeLatency + writtenBytes / output.bytesPerCycle,
          )
        : own;
    return { cycles: longest(copied, { sram: none, store: none }), buffer: undefined };
  }
  const bytes = weights.weightBytes + weights.scaleBytes;
  const at = (c: number, from: Channel, part: Part = 'whole'): number =>
    operationCycles(
      { ...operation, ofm: { ...operation.ofm, c } },
      block,
      timing,
      { input, output, weights: from },
      part,
    );
  const buffer = weightBuffer({
    bytes,
    passes: weightPasses,
    channels: operation.ofm.c,
    blockChannels: block.ofm.c,
    cycles: planned,
    cyclesFor: (c, part) => at(c, sram, part),
    slack: isFirst ? 0 : slack,
    isFirst,
    inputCycles: readBytes / input.inputRate,
    sram,
    store,
    freeBytes: free,
  });
  const scales = weights.scaleBytes * weightPasses;
  if (buffer === undefined) {
    return {
      cycles: longest(own, { sram: none, store: { ...none, weights: weights.weightBytes * weightPasses, scales } }),
      buffer,
    };
  }
  const hidden = isFirst ? 0 : slack;
  const npu = Math.max(
    moveCycles(bytes, unit) - hidden + buffer.lastCycles,
    at(operation.ofm.c, sram) + Math.max(0, moveCycles(buffer.firstBytes, unit) - hidden),
  );
  const late = Math.max(0, weights.weightBytes - (buffer.isAhead ? buffer.firstBytes : 0));
  return {
    cycles: longest(npu, {
      sram: { ...none, weights: weights.weightBytes * weightPasses, written: late },
      store: { ...none, moved: late, scales },
    }),
    buffer,
  };
}

/** Bytes of constants that an operation moves through a memory. */
interface Constants {
  readonly weights: number;
  readonly scales: number;
  /** To the other memory, and from it. */
  readonly moved: number;
  readonly written: number;
}

/** Cycles that a memory is busy: all bytes at its width, or the busiest use at what that reaches. */
function accessCycles(
  memory: Channel,
  {
    read,
    written,
    weights,
    scales,
    moved,
    isElementwise,
  }: Constants & { readonly read: number; readonly isElementwise: boolean },
): number {
  return Math.max(
    (read + written + weights + scales + moved) / memory.bytesPerCycle,
    read / (isElementwise ? memory.streamRate : memory.inputRate),
    written / memory.writeRate,
    weights / memory.weightRate,
    scales / memory.scaleRate,
    moved / memory.moveRate,
  );
}
