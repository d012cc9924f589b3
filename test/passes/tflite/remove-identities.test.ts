import { describe, expect, it } from 'vitest';
import type { Graph } from '../../../src/graph/graph.ts';
import { removeIdentities } from '../../../src/passes/tflite/remove-identities.ts';
import { network } from './network.ts';
import { differences } from './same-outputs.ts';

const types = (graph: Graph) => graph.operators.map(({ type }) => type);
const other = { quantization: { scale: [0.25], zeroPoint: [4], axis: 0 } };
const real = { dtype: 'float32' } as const;

/** TANH → an operator → TANH */
function between(
  type: string,
  shape: readonly number[],
  constants: readonly (readonly number[])[] = [],
  parts: Parameters<ReturnType<typeof network>['layer']>[4] = {},
): Graph {
  const net = network();
  const input = net.input([1, 2, 3]);
  const a = net.layer('TANH', [input], [1, 2, 3]);
  const more = constants.map((values) =>
    type === 'PAD' ? net.constant('int32', [3, 2], values) : net.constant('int32', [values.length], values),
  );
  const b = net.layer(type, [a, ...more], shape, {}, parts);
  return net.graph([input], [net.layer('TANH', [b], shape)]);
}

describe('removeIdentities', () => {
  it.each([
    ['RESHAPE to the same shape', between('RESHAPE', [1, 2, 3], [[1, 2, 3]])],
    ['TRANSPOSE to the same order', between('TRANSPOSE', [1, 2, 3], [[0, 1, 2]])],
    ['PAD with nothing', between('PAD', [1, 2, 3], [[0, 0, 0, 0, 0, 0]])],
    ['QUANTIZE to the same scale', between('QUANTIZE', [1, 2, 3])],
    ['CONCATENATION of one', between('CONCATENATION', [1, 2, 3])],
  ])('removes %s', (_, graph) => {
    const smaller = removeIdentities(graph);
    expect(types(smaller)).toEqual(['TANH', 'TANH']);
    expect(smaller.operators[1]?.inputs).toEqual(smaller.operators[0]?.outputs);
    expect(differences(graph, smaller, 3)).toBe(0);
  });

  it.each([
    ['RESHAPE to another shape', between('RESHAPE', [3, 2], [[3, 2]])],
    ['TRANSPOSE to another order', between('TRANSPOSE', [1, 3, 2], [[0, 2, 1]])],
    ['QUANTIZE to another scale', between('QUANTIZE', [1, 2, 3], [], other)],
    [
      'a shape that the caller may choose',
      between('RESHAPE', [1, 2, 3], [[1, 2, 3]], { extras: { shapeSignature: [-1, 2, 3] } }),
    ],
  ])('keeps %s', (_, graph) => {
    expect(removeIdentities(graph)).toBe(graph);
  });

  it('keeps a TRANSPOSE of equal extents', () => {
    const net = network();
    const input = net.input([2, 2]);
    const turned = net.layer('TRANSPOSE', [input, net.constant('int32', [2], [1, 0])], [2, 2]);
    const graph = net.graph([input], [net.layer('TANH', [turned], [2, 2])]);
    expect(removeIdentities(graph)).toBe(graph);
  });

  it('removes QUANTIZE of what was just made real', () => {
    const net = network();
    const input = net.input([4]);
    const r = net.layer('DEQUANTIZE', [input], [4], {}, { dtype: 'float32' });
    const q = net.layer('QUANTIZE', [r], [4]);
    const graph = net.graph([input], [net.layer('TANH', [q], [4])]);
    const smaller = removeIdentities(graph);
    expect(smaller.operators.at(-1)?.inputs).toEqual([input]);
    expect(differences(graph, smaller, 3)).toBe(0);
  });

  it('at the end of a graph lets the operator before write the output', () => {
    const net = network();
    const input = net.input([4]);
    const a = net.layer('TANH', [input], [4]);
    const b = net.layer('RESHAPE', [a], [4]);
    const graph = net.graph([input], [b]);
    const smaller = removeIdentities(graph);
    expect(smaller.operators).toEqual([
      expect.objectContaining({ type: 'TANH', inputs: [input], outputs: [b], name: 't2' }),
    ]);
    expect(differences(graph, smaller, 3)).toBe(0);
  });

  it('keeps a copy from an input to an output', () => {
    const net = network();
    const input = net.input([4], real);
    const graph = net.graph([input], [net.layer('RESHAPE', [input], [4], {}, real)]);
    expect(removeIdentities(graph)).toBe(graph);
  });

  it('removes several in a row', () => {
    const net = network();
    const input = net.input([4]);
    const chain = [1, 2, 3].reduce((from) => net.layer('RESHAPE', [from], [4]), net.layer('TANH', [input], [4]));
    const graph = net.graph([input], [chain]);
    expect(types(removeIdentities(graph))).toEqual(['TANH']);
    expect(differences(graph, removeIdentities(graph), 3)).toBe(0);
  });
});
