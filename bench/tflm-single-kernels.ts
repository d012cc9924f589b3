import type { DataType } from '../src/graph/data-type.ts';
import { emptyGraph } from '../src/graph/empty-graph.ts';
import type { Graph, Tensor } from '../src/graph/graph.ts';
import rows from './tflm-single-kernels.json' with { type: 'json' };

/**
 * Kernels run alone: `tflm-single-kernels.json` has, per core and kernel library, the instructions of one call on one shape. They are the published sources
 * (tensorflow/tflite-micro 90b983c, ARM-software/CMSIS-NN 99f736a), compiled by gcc 12.2 with -O2 and run on an emulated core that counts
 * in steps of 40 (QEMU 7.2: Cortex-M3, M4 and M55; Cortex-M0+ code on the Cortex-M3). Shapes were chosen to tell the loops apart; no model is among them.
 */
interface Row {
  readonly type: string;
  readonly dtype: string;
  readonly input: readonly number[];
  readonly output: readonly number[];
  readonly outputType?: string;
  readonly weights?: readonly number[];
  readonly other?: readonly number[];
  readonly window?: readonly number[];
  readonly stride?: number;
  readonly padding?: string;
  readonly scale?: number;
  readonly zeroPoint?: number;
  readonly counts: Readonly<Record<string, number | undefined>>;
}

/** A graph of one operator, and what its kernel was counted to execute. */
export interface SingleKernel {
  readonly graph: Graph;
  readonly instructions: number;
}

/** All runs on a core with a kernel library: `m3/reference`. */
export function singleKernels(coreAndLibrary: string): readonly SingleKernel[] {
  return (rows as readonly Row[]).flatMap((row) => {
    const instructions = row.counts[coreAndLibrary];
    return instructions === undefined ? [] : [{ graph: graphOf(row), instructions }];
  });
}

function graphOf(row: Row): Graph {
  const tensor = (shape: readonly number[], dtype: string, isConstant = false): Tensor => ({
    name: '',
    shape,
    dtype: dtype as DataType,
    ...(isConstant ? { data: new Uint8Array(0) } : {}),
    ...(row.scale === undefined
      ? {}
      : { quantization: { scale: [row.scale], zeroPoint: [row.zeroPoint ?? 0], axis: 0 } }),
  });
  const second =
    row.weights === undefined
      ? (row.other ?? []).length === 0
        ? []
        : [tensor(row.other ?? [], row.dtype)]
      : [tensor(row.weights, row.dtype === 'int16' ? 'int8' : row.dtype, true)];
  const tensors = [tensor(row.input, row.dtype), ...second, tensor(row.output, row.outputType ?? row.dtype)];
  const int = (value: number) => ({ kind: 'int' as const, value });
  return {
    ...emptyGraph('tflite', 'single kernel'),
    tensors,
    operators: [
      {
        name: '',
        type: row.type,
        domain: '',
        version: 1,
        inputs: tensors.slice(0, -1).map((_, index) => index),
        outputs: [tensors.length - 1],
        attributes: {
          ...(row.stride === undefined ? {} : { stride_h: int(row.stride), stride_w: int(row.stride) }),
          ...(row.padding === undefined ? {} : { padding: { kind: 'string', value: row.padding } }),
          ...(row.window === undefined
            ? {}
            : { filter_height: int(row.window[0] ?? 1), filter_width: int(row.window[1] ?? 1) }),
        },
      },
    ],
    inputs: [0],
    outputs: [tensors.length - 1],
  };
}
