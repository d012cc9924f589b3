import type { Graph, Tensor } from '../../../graph/graph.ts';
import type { NpuConfiguration } from '../configuration.ts';
import type { Placement } from '../support/placements.ts';
import type { Block } from './block.ts';
import { operationCycles, type Places } from './cycles.ts';
import { type FeatureMap, featureMaps } from './feature-maps.ts';
import type { NpuOperation } from './npu-operation.ts';
import { timeOf } from './operation-time.ts';
import { type PlacedMaps, placeMaps } from './place-maps.ts';
import { scratchBytes } from './scratch-bytes.ts';
import { stagedInput } from './staged-input.ts';
import type { Step } from './steps.ts';
import { type Unit, unitOf } from './unit.ts';
import { weightCoder } from './weight-coder.ts';

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
  const coder = weightCoder(unit.timing);
  const sums = graph.operators.map(() => ({ cycles: 0, sramBytes: 0, weightBytes: 0 }));
  const buffers = new Float64Array(graph.operators.length);
  const hold = (operator: number, bytes: number): void => {
    buffers[operator] = Math.max(buffers[operator] ?? 0, bytes);
  };
  let lastHeld = 0;
  const blocks = new Map<NpuOperation, Block | undefined>();
  const counted = new Set<Tensor>();
  const withLayout = layoutOf(maps);
  const done: { operator: number; cycles: number; slices: number }[] = [];
  /** Copies of inputs in SRAM. */
  const staged = new Float64Array(graph.operators.length);
  const fromOutside = configuration.memoryMode === 'shared' ? new Set<number>() : readersFromOutside(maps, placements);
  const firstSteps = new Map(steps.map(({ operator }, at) => [operator, at] as const).reverse());
  let slack = 0;
  steps.forEach(({ operator, operation: plain }, at) => {
    const operation = withLayout(plain, operator);
    // The steps of a recurrent layer are the same operation again and again.
    const block = blocks.has(plain) ? blocks.get(plain) : unit.findBlock(operation);
    blocks.set(plain, block);
    const sum = sums[operator];
    if (block === undefined || sum === undefined) return;
    const weights = coder.allOf(operation, block);
    const places = placesOf(at, steps, { graph, placed, unit });
    const { output } = places;
    const copy =
      at === firstSteps.get(operator) && fromOutside.has(operator)
        ? stagedInput(operation, { block, weights, unit, freeBytes: placed.freeAt(operator) })
        : undefined;
    if (copy !== undefined) {
      sum.cycles += copy.cycles;
      staged[operator] = copy.bytes;
      done.push({ operator, cycles: copy.cycles, slices: 0 });
    }
    const input = copy === undefined ? places.input : unit.sram;
    const own =
      operation.kind === 'copy'
        ? 0
        : operationCycles(operation, block, unit.timing, { input, output, weights: unit.store });
    // Vela decides on weights before it knows which feature maps will be in SRAM.
    const plan =
      configuration.memoryMode === 'shared'
        ? { input, output }
        : { input: copy === undefined ? unit.store : unit.sram, output: unit.store };
    const planned =
      operation.kind === 'copy'
        ? own
        : operationCycles(operation, block, unit.timing, { ...plan, weights: unit.store });
    const isFirst = copy === undefined && (at === 0 || isAfterCpu(placements, steps[at - 1]?.operator ?? 0, operator));
    const timed = timeOf({
      operation,
      block,
      unit,
      weights,
      bytesOf: (first, channels) => coder.partOf(operation, block, first, channels),
      own,
      planned,
      slack: copy === undefined ? slack : 0,
      isFirst,
      free: placed.freeAt(operator),
      input,
      output,
      plan,
    });
    slack = timed.buffer?.lastCycles ?? planned;
    sum.cycles += timed.cycles;
    if (weights !== undefined && plain.weights !== undefined && !counted.has(plain.weights)) {
      counted.add(plain.weights);
      sum.weightBytes += weights.weightBytes + weights.scaleBytes;
    }
    const { buffer } = timed;
    const [one, other] = buffer?.parts ?? [0, 0];
    hold(operator, one + other);
    hold(operator, buffer?.lastBytes ?? 0);
    // The first part of what is fetched ahead lies beside the last one of the operation before.
    const before = steps[at - 1]?.operator;
    if (buffer?.isAhead === true && before !== undefined && copy === undefined) hold(before, one + lastHeld);
    lastHeld = buffer?.lastBytes ?? 0;
    done.push({ operator, cycles: timed.cycles, slices: buffer?.slices ?? 0 });
  });
  sums.forEach((sum, index) => {
    const scratch = placements[index]?.unit === 'npu' ? scratchBytes(graph, index, steps) : 0;
    sum.sramBytes = placed.usedAt(index) + scratch + (staged[index] ?? 0) + (buffers[index] ?? 0);
  });
  return {
    operators: sums,
    steps: done,
    sramBytes: Math.max(0, ...sums.map(({ sramBytes }) => sramBytes)),
    outsideBytes: placed.outsideBytes,
    weightBytes: coder.bytes(),
  };
}

/**
 * Where an operation reads and writes. What the operations of one operator hand to each other stays in SRAM; those of a recurrent layer read its input and its states again and again.
 * On an Ethos-U65 an operation of few values waits for the one before it as long as for the slower memory, which stands for that here.
 */
function placesOf(
  at: number,
  steps: readonly Step[],
  { graph, placed, unit }: { readonly graph: Graph; readonly placed: PlacedMaps; readonly unit: Unit },
): Pick<Places, 'input' | 'output'> {
  const operator = steps[at]?.operator ?? -1;
  const places = placed.channelsOf(operator, unit);
  const isRecurrent = graph.operators[operator]?.type === 'UNIDIRECTIONAL_SEQUENCE_LSTM';
  if (!unit.timing.isU85 || isRecurrent) return places;
  return {
    input: steps[at - 1]?.operator === operator ? unit.sram : places.input,
    output: steps[at + 1]?.operator === operator ? unit.sram : places.output,
  };
}

/** Operators that read, alone, a map that no operator of the NPU writes. */
function readersFromOutside(maps: readonly FeatureMap[], placements: readonly Placement[]): ReadonlySet<number> {
  return new Set(
    maps.flatMap(({ readers, writers, isOutside }) =>
      isOutside && readers.length === 1 && writers.every((index) => placements[index]?.unit !== 'npu') ? readers : [],
    ),
  );
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

function isAfterCpu(placements: readonly Placement[], before: number, operator: number): boolean {
  return placements.slice(before, operator).some(({ unit }) => unit === 'cpu');
}
