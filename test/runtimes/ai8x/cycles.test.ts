import { expect, test } from 'vitest';
import { type Extent, type LayerShape, layerCycles, startCycles } from '../../../src/runtimes/ai8x/cycles.ts';

interface Case {
  readonly input: Extent;
  readonly pool?: readonly [window: number, stride: number];
  readonly kernel?: number;
  readonly padding?: number;
  readonly outputs: number;
  readonly passes?: number;
  readonly operands?: number;
  readonly flatten?: boolean;
  readonly transposed?: boolean;
  readonly cycles: number;
}

// Layers and their cycles from the tests of ai8x-synthesis (izer/test/test_cycles.py at ab4f4c0), which are those of the chip's simulation.
const cases: readonly Case[] = [
  { input: [20, 20], pool: [2, 2], kernel: 3, padding: 2, outputs: 16, cycles: 3049 },
  { input: [65, 65], pool: [16, 4], kernel: 3, padding: 1, outputs: 32, cycles: 49010 },
  { input: [32, 32], kernel: 3, padding: 1, outputs: 64, cycles: 67981 },
  { input: [32, 32], kernel: 3, outputs: 64, cycles: 59773 },
  { input: [32, 32], pool: [2, 2], kernel: 3, outputs: 64, cycles: 13885 },
  { input: [8, 8], pool: [2, 2], kernel: 3, padding: 1, outputs: 16, passes: 2, cycles: 773 },
  { input: [8, 8], kernel: 3, padding: 1, outputs: 16, passes: 2, cycles: 2485 },
  { input: [8, 8], kernel: 3, outputs: 16, passes: 2, cycles: 1437 },
  { input: [28, 28], kernel: 3, padding: 1, outputs: 8, cycles: 8189 },
  { input: [12, 12], outputs: 4, operands: 2, cycles: 721 },
  { input: [12, 12], outputs: 4, operands: 2, passes: 2, cycles: 1441 },
  { input: [7, 9], kernel: 3, padding: 1, outputs: 64, transposed: true, cycles: 16837 },
  { input: [4, 4], kernel: 1, outputs: 10, cycles: 193 },
  { input: [11, 11], kernel: 3, outputs: 1, passes: 2, cycles: 687 },
  { input: [8, 8], kernel: 1, outputs: 10, flatten: true, cycles: 770 },
  { input: [1, 1], kernel: 3, padding: 1, outputs: 1, cycles: 29 },
  { input: [1, 1], kernel: 1, outputs: 17, cycles: 20 },
  { input: [31, 7], kernel: 3, padding: 1, outputs: 11, cycles: 3062 },
];

test.each(cases)('%j', ({ cycles, ...about }) => {
  expect(startCycles + layerCycles(shapeOf(about))).toBe(cycles);
});

test('what streams takes half as long again', () => {
  const shape = shapeOf({ input: [32, 32], kernel: 3, outputs: 64 });
  expect(layerCycles({ ...shape, streaming: true })).toBe(Math.ceil(1.5 * layerCycles(shape)));
});

function shapeOf(about: Omit<Case, 'cycles'>): LayerShape {
  const { input, pool: [window, stride] = [1, 1], kernel, padding = 0, outputs, passes = 1, operands = 1 } = about;
  const pooled = input.map((extent) =>
    about.transposed === true ? 2 * extent : Math.floor((extent - window) / stride) + 1,
  );
  const [rows = 1, columns = 1] = pooled;
  return {
    pool: [window, window],
    pooled: [rows, columns],
    ...(kernel === undefined
      ? {}
      : {
          convolution: {
            kernel: [kernel, kernel],
            padding: [padding, padding],
            columns: columns + 2 * padding - kernel + 1,
          },
        }),
    outputChannels: outputs,
    passes,
    operands,
    flatten: about.flatten ?? false,
    streaming: false,
  };
}
