import { describe, expect, it } from 'vitest';
import type { Graph, Tensor } from '../../../src/graph/graph.ts';
import { fixShapes } from '../../../src/passes/tflite/fix-shapes.ts';
import { foldConstants } from '../../../src/passes/tflite/fold-constants.ts';
import { network } from './network.ts';
import { differences } from './same-outputs.ts';

const whole: Partial<Tensor> = { dtype: 'int32' };
const real: Partial<Tensor> = { dtype: 'float32' };
const types = (graph: Graph) => graph.operators.map(({ type }) => type);
const integers = (data: Uint8Array | undefined) => [...new Int32Array((data ?? new Uint8Array(0)).slice().buffer)];

/** Flattening as converters write it: the batch taken from the input's shape. */
function flatten(parts: Partial<Tensor> = {}): { readonly graph: Graph; readonly shape: number } {
  const net = network();
  const input = net.input([1, 2, 3], parts);
  const shape = net.layer('SHAPE', [input], [3], {}, whole);
  const one = (value: number) => net.constant('int32', [1], [value]);
  const batch = net.layer(
    'STRIDED_SLICE',
    [shape, one(0), one(1), one(1)],
    [],
    { begin_mask: 0, end_mask: 0, ellipsis_mask: 0, new_axis_mask: 0, shrink_axis_mask: 1 },
    whole,
  );
  const packed = net.layer('PACK', [batch, net.constant('int32', [], [6])], [2], { axis: 0, values_count: 2 }, whole);
  const flat = net.layer('RESHAPE', [input, packed], [1, 6]);
  return { graph: net.graph([input], [flat]), shape: packed };
}

describe('foldConstants', () => {
  it('computes a shape that depends on no input', () => {
    const { graph, shape } = flatten();
    const folded = foldConstants(graph);
    expect(types(folded)).toEqual(['RESHAPE']);
    expect(integers(folded.tensors[shape]?.data)).toEqual([1, 6]);
    expect(differences(graph, folded, 2)).toBe(0);
  });

  it('leaves a shape of which the caller chooses the batch, until the shapes are fixed', () => {
    const { graph } = flatten({ extras: { shapeSignature: [-1, 2, 3] } });
    expect(foldConstants(graph)).toBe(graph);
    expect(types(foldConstants(fixShapes(graph)))).toEqual(['RESHAPE']);
  });

  it('takes constants apart', () => {
    const net = network();
    const input = net.input([2], real);
    const axis = net.constant('int32', [], [0]);
    const both = net.constant('float32', [4], [0.1, -2, 3, 1e9]);
    const halves = net.layer('SPLIT', [axis, both], [2], { num_splits: 2 }, real);
    const second = net.tensors.push({ name: 'second', dtype: 'float32', shape: [2] }) - 1;
    net.operators[0] = { ...(net.operators[0] ?? never()), outputs: [halves, second] };
    const options = { fused_activation_function: 'NONE' };
    const a = net.layer('ADD', [input, halves], [2], options, real);
    const graph = net.graph([input], [net.layer('MUL', [a, second], [2], options, real)]);
    const folded = foldConstants(graph);
    expect(types(folded)).toEqual(['ADD', 'MUL']);
    expect(differences(graph, folded, 3)).toBe(0);
  });

  it.each([
    ['real arithmetic', 'ADD', real],
    ['what a caller asks for', 'RESHAPE', whole],
  ])('leaves %s', (_, type, parts) => {
    const net = network();
    const dtype = parts.dtype ?? 'int32';
    const [a, b] = [net.constant(dtype, [2], [1, 2]), net.constant(dtype, [2], [3, 4])];
    const result = net.layer(type, type === 'ADD' ? [a, b] : [a], [2], { fused_activation_function: 'NONE' }, parts);
    const graph = net.graph([], type === 'ADD' ? [net.layer('NEG', [result], [2], {}, parts)] : [result]);
    expect(foldConstants(graph)).toBe(graph);
  });

  it('leaves what would fill the flash', () => {
    const net = network();
    const input = net.input([64], whole);
    const filled = net.layer(
      'FILL',
      [net.constant('int32', [1], [64]), net.constant('int32', [], [7])],
      [64],
      {},
      whole,
    );
    const graph = net.graph([input], [net.layer('ADD', [input, filled], [64], {}, whole)]);
    expect(foldConstants(graph)).toBe(graph);
  });
});

function never(): never {
  throw new Error('an operator is missing');
}
