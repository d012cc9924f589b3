/** Rows and columns. */
export type Extent = readonly [rows: number, columns: number];

/** A layer as the accelerator runs it: pooling of its input, element-wise operation on several inputs, and a convolution, each of which may be missing. */
export interface LayerShape {
  readonly pool: Extent;
  /** What is left of the input behind the pooling; twice as much where a transposed convolution fills it up. */
  readonly pooled: Extent;
  /** `undefined` for pooling or an element-wise operation alone. */
  readonly convolution?: { readonly kernel: Extent; readonly padding: Extent; readonly columns: number };
  readonly outputChannels: number;
  /** How often each processor works: input channels over processors. */
  readonly passes: number;
  /** Inputs of the element-wise operation, else 1. */
  readonly operands: number;
  /** True where a picture is read as one vector. */
  readonly flatten: boolean;
  /** True where data come in while the layer runs. */
  readonly streaming: boolean;
}

/** Cycles that every network starts with. */
export const startCycles = 1;

/**
 * Cycles of one layer, by the arithmetic of Analog Devices' own compiler (ai8x-synthesis, izer/latency.py, which its makers hold against cycles of the chip's simulation):
 * a position takes a cycle for each value of its pooling window and one to buffer the result, for each pass and operand; each output takes a cycle for each pass.
 * Streamed layers are counted half as much again, as there.
 */
export function layerCycles(layer: LayerShape): number {
  const { pool, pooled, convolution, outputChannels, passes, operands } = layer;
  const [rows, columns] = pooled;
  const data = passes * operands * (pool[0] * pool[1] + 1);
  if (convolution === undefined) return streamed(layer, rows * columns * (data + passes));
  const { kernel, padding } = convolution;
  const [rowPad, columnPad] = padding;
  const empty = 2 * passes * operands;
  // Rows before the kernel is filled are read and give no output.
  const sides = 2 * columnPad * (empty + 1);
  const rowAhead = (each: number) => sides + columns * (each + 1);
  // In a row that gives outputs, so are the first columns.
  const row = (each: number) =>
    columnPad * (empty + 1) +
    (kernel[1] - 1 - columnPad) * (each + 1) +
    (convolution.columns - columnPad) * each +
    columnPad * empty;
  const outputs =
    passes * convolution.columns * outputChannels + (outputChannels === 1 && passes === 1 ? outputChannels : 0);
  const ahead = kernel[0] - 1 - rowPad;
  const cycles =
    (layer.flatten ? 1 : 0) +
    rowPad * rowAhead(empty) +
    ahead * rowAhead(data) +
    (rows - ahead) * (row(data) + outputs) +
    rowPad * (row(empty) + outputs);
  return streamed(layer, cycles);
}

const streamed = ({ streaming }: LayerShape, cycles: number) => (streaming ? Math.ceil(1.5 * cycles) : cycles);
