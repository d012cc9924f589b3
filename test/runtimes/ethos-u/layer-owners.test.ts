import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readTflite } from '../../../src/formats/tflite/read.ts';
import { layerOwners } from '../../../src/runtimes/ethos-u/layer-owners.ts';

const file = 'fixtures/digits/unsupported/digits-int8.tflite';
const graph = readTflite(readFileSync(file), file);
const outputOf = (index: number): string => graph.tensors[graph.operators[index]?.outputs[0] ?? -1]?.name ?? '';
const layer = (original: string, name: string) =>
  ({ original, name, target: 'NPU', sramBytes: 0, cycles: 1, macs: 0 }) as const;

test('layers of Vela and the operators they come from', () => {
  expect(graph.operators.map(({ type }) => type)).toEqual([
    ...['CONV_2D', 'GELU', 'DEPTHWISE_CONV_2D', 'GELU', 'CONV_2D', 'GELU', 'DEPTHWISE_CONV_2D', 'GELU'],
    ...['CONV_2D', 'GELU', 'MEAN', 'FULLY_CONNECTED', 'SOFTMAX'],
  ]);
  const table: readonly (readonly [ReturnType<typeof layer>, number])[] = [
    // Fused: the convolution writes what its GELU would.
    [layer('Conv2D', outputOf(1)), 0],
    [layer('Gelu', outputOf(1)), 1],
    [layer('DepthwiseConv2D', outputOf(3)), 2],
    // Alone, and split.
    [layer('Conv2DBias', outputOf(4)), 4],
    [layer('Conv2D', `${outputOf(4)}_1`), 4],
    [layer('Gelu', outputOf(9)), 9],
    // A tensor of Vela's own behind the GELU is of the operator that reads it.
    [layer('Mean', `${outputOf(10)}_intermediate`), 10],
    [layer('Mean', outputOf(10)), 10],
    [layer('FullyConnected', outputOf(11)), 11],
    [layer('Softmax', `${outputOf(11)}_softmax_0`), 12],
    [layer('Softmax', `${outputOf(11)}_softmax_26_broadcasted`), 12],
    // Of a kind that is nowhere near: as it is named, or where the last one was.
    [layer('Tanh', outputOf(4)), 4],
    [layer('Tanh', 'nowhere'), 4],
  ];
  expect(
    layerOwners(
      table.map(([each]) => each),
      graph,
    ),
  ).toEqual(table.map(([, owner]) => owner));
});
