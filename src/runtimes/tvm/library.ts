import {
  concreteShape,
  elementCount,
  inputTensor,
  intsAttribute,
  stringAttribute,
  tensorAt,
} from '../../graph/access.ts';
import type { Graph } from '../../graph/graph.ts';
import type { Memory } from '../../measurement/measurement.ts';
import { executedGraph } from '../onnxruntime/executed-graph.ts';
import type { Part } from '../runtime.ts';
import facts from './facts.json' with { type: 'json' };
import { type Kernel, kernelsOf } from './kernels.ts';
import { held, isQuantised } from './quantised.ts';
import { planStorages, type Storage } from './storages.ts';

/** What a compiled library holds and needs, in bytes. */
export interface LibraryFigures {
  /** TVM's, when it made the library; `undefined` for our own model. */
  readonly version?: string;
  readonly constantBytes: number;
  readonly codeBytes: number;
  /** Memory shared among tensors, as planned, and outputs beside it. */
  readonly storageBytes: number;
  readonly unplannedBytes: number;
  /** The largest that a kernel takes for a padded copy of its input. */
  readonly paddingBytes: number;
  readonly memory: Memory;
  /** While each operator of the executed graph runs. */
  readonly liveBytes: readonly number[];
}

/** Our own model of the library that TVM makes of a graph. */
export function modelledFigures(artifact: Graph): LibraryFigures {
  const { graph, steps } = executedGraph(artifact);
  const kernels = kernelsOf(graph);
  const storages = planStorages(graph, kernels);
  const storageBytes = storages.reduce((sum, { bytes }) => sum + bytes, 0);
  const called = kernels.filter(({ isView }) => !isView).length;
  return {
    constantBytes: constantBytes(graph) + facts.program.bytes + facts.program.bytesPerKernel * called,
    codeBytes: facts.code.bytesPerKernel * called,
    storageBytes,
    unplannedBytes: graph.outputs.reduce((sum, id) => sum + held(tensorAt(graph, id)).bytes, 0),
    paddingBytes: Math.max(0, ...kernels.map((kernel) => paddedBytes(graph, kernel))),
    ...memoryOf(graph, kernels, storages, (position) => steps[position]?.index ?? position),
  };
}

/** Parts of RAM and of flash, from what is known of a library. */
export function libraryParts(figures: LibraryFigures): {
  readonly ram: readonly Part[];
  readonly flash: readonly Part[];
} {
  const { constantBytes: constants, codeBytes: code, storageBytes, unplannedBytes, paddingBytes } = figures;
  const { process } = facts;
  return {
    ram: [
      { name: 'TVM runtime', bytes: process.bytes, shared: 'runtime' },
      { name: 'constants, mapped and copied', bytes: Math.round(process.bytesPerConstantByte * constants) },
      { name: 'activations', bytes: Math.round(process.bytesPerActivationByte * (storageBytes + unplannedBytes)) },
      { name: 'padded inputs of kernels', bytes: Math.round(process.bytesPerPaddingByte * paddingBytes) },
    ],
    flash: [
      { name: 'kernels', bytes: code },
      { name: 'constants and program', bytes: constants },
      { name: 'TVM runtime library', bytes: facts.runtime.libraryBytes, shared: 'runtime' },
    ],
  };
}

/** Constants as they are after folding: what was stored in integers is in float32. */
function constantBytes(graph: Graph): number {
  const read = new Set(graph.operators.flatMap(({ inputs }) => inputs));
  return graph.tensors.reduce((sum, tensor, id) => {
    if (tensor.data === undefined || !read.has(id)) return sum;
    const isInteger = isQuantised(tensor) || tensor.quantization !== undefined;
    return sum + (isInteger ? 4 * (elementCount(tensor) ?? 0) : tensor.data.byteLength);
  }, 0);
}

/** Convolutions and pools copy an input that they pad, border included. */
function paddedBytes(graph: Graph, { operators }: Kernel): number {
  const operator = graph.operators[operators[0] ?? -1];
  if (operator === undefined || !/^(Conv|QLinearConv|.*Pool|CONV_2D|DEPTHWISE_CONV_2D|.*_POOL_2D)$/.test(operator.type))
    return 0;
  const shape = concreteShape(inputTensor(graph, operator, 0)?.shape);
  if (shape === undefined) return 0;
  const pads = intsAttribute(operator, 'pads') ?? [];
  const isSame = /SAME/.test(`${stringAttribute(operator, 'auto_pad', '')}${stringAttribute(operator, 'padding', '')}`);
  if (!isSame && pads.every((pad) => pad === 0)) return 0;
  return 4 * shape.reduce((product, extent) => product * extent, 1);
}

function memoryOf(
  graph: Graph,
  kernels: readonly Kernel[],
  storages: readonly Storage[],
  index: (position: number) => number,
): { readonly memory: Memory; readonly liveBytes: readonly number[] } {
  const placeOf = (kernel: number): number => index(kernels[kernel]?.operators.at(-1) ?? kernel);
  let total = 0;
  const starts = storages.map(({ bytes }) => {
    total += bytes;
    return total - bytes;
  });
  const buffers = storages.flatMap(({ tensors }, storage) =>
    tensors.map(({ tensor, first, last }) => {
      const content = tensorAt(graph, tensor);
      return {
        tensor: content.name.slice(0, 400),
        offset: starts[storage] ?? 0,
        bytes: held(content).bytes,
        first,
        last,
      };
    }),
  );
  const liveAt = kernels.map((_, kernel) =>
    buffers.reduce((sum, { bytes, first, last }) => sum + (first <= kernel && kernel <= last ? bytes : 0), 0),
  );
  const liveBytes = new Array<number>(graph.operators.length).fill(0);
  kernels.forEach(({ operators }, kernel) => {
    for (const operator of operators) liveBytes[operator] = liveAt[kernel] ?? 0;
  });
  return {
    memory: {
      arenaUsed: total,
      arenaRequired: total,
      lowerBound: Math.max(0, ...liveAt),
      buffers: buffers.map((buffer) => ({ ...buffer, first: placeOf(buffer.first), last: placeOf(buffer.last) })),
    },
    liveBytes,
  };
}
