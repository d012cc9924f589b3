import { describe, expect, it } from 'vitest';
import type { Graph } from '../../../src/graph/graph.ts';
import { mergeRearrangements } from '../../../src/passes/tflite/merge-rearrangements.ts';
import { removeDeadOperators } from '../../../src/passes/tflite/remove-dead-operators.ts';
import { network } from './network.ts';
import { differences } from './same-outputs.ts';

const merge = (graph: Graph) => removeDeadOperators(mergeRearrangements(graph));
const types = (graph: Graph) => graph.operators.map(({ type }) => type);
const scaled = { quantization: { scale: [Math.fround(0.02)], zeroPoint: [0], axis: 0 } };

/** x [1, 2, 3] → first → FULLY_CONNECTED of 6, and the tensor between them. */
function dense(options: Readonly<Record<string, number>> = {}, outputShape: readonly number[] = [1, 2]) {
  const net = network();
  const input = net.input([1, 2, 3]);
  const flat = net.layer('RESHAPE', [input, net.constant('int32', [2], [1, 6])], [1, 6]);
  const weights = net.constant('int8', [2, 6], [1, -2, 30, 44, -5, 6, 7, 81, -9, 10, 11, 12], scaled);
  const output = net.layer(
    'FULLY_CONNECTED',
    [flat, weights, net.constant('int32', [2], [100, -7])],
    outputShape,
    options,
  );
  return { graph: net.graph([input], [output]), flat };
}

describe('mergeRearrangements', () => {
  it('leaves out a RESHAPE before a dense layer', () => {
    const { graph } = dense();
    const merged = merge(graph);
    expect(types(merged)).toEqual(['FULLY_CONNECTED']);
    expect(differences(graph, merged, 5)).toBe(0);
  });

  it('keeps it where the dense layer keeps the extents, or somebody else reads what is between', () => {
    expect(types(merge(dense({ keep_num_dims: 1 }).graph))).toEqual(['RESHAPE', 'FULLY_CONNECTED']);
    const { graph, flat } = dense();
    expect(mergeRearrangements({ ...graph, outputs: [...graph.outputs, flat] }).operators).toEqual(graph.operators);
  });

  it('makes one RESHAPE of several', () => {
    const net = network();
    const input = net.input([1, 2, 3]);
    const a = net.layer('SQUEEZE', [input], [2, 3]);
    const b = net.layer('RESHAPE', [a, net.constant('int32', [2], [3, 2])], [3, 2]);
    const c = net.layer('RESHAPE', [b, net.constant('int32', [1], [6])], [6]);
    const graph = net.graph([input], [c]);
    const merged = merge(graph);
    expect(types(merged)).toEqual(['RESHAPE']);
    expect(differences(graph, merged, 5)).toBe(0);
  });

  it('makes one TRANSPOSE of two', () => {
    const net = network();
    const input = net.input([2, 3, 4]);
    const a = net.layer('TRANSPOSE', [input, net.constant('int32', [3], [1, 2, 0])], [3, 4, 2]);
    const b = net.layer('TRANSPOSE', [a, net.constant('int32', [3], [0, 2, 1])], [3, 2, 4]);
    const graph = net.graph([input], [b]);
    const merged = merge(graph);
    expect(types(merged)).toEqual(['TRANSPOSE']);
    expect(differences(graph, merged, 5)).toBe(0);
  });
});
