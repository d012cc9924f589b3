import { describe, expect, it } from 'vitest';
import type { Graph, Tensor } from '../../../src/graph/graph.ts';
import { fuseActivations } from '../../../src/passes/tflite/fuse-activations.ts';
import { network } from './network.ts';
import { differences } from './same-outputs.ts';

const real: Partial<Tensor> = { dtype: 'float32' };
const other: Partial<Tensor> = { quantization: { scale: [0.25], zeroPoint: [4], axis: 0 } };

/** x + y → activation */
function sum(activation: string, parts: Partial<Tensor>, result: Partial<Tensor> = parts, fused = 'NONE'): Graph {
  const net = network();
  const [x, y] = [net.input([2, 8], parts), net.input([2, 8], parts)];
  const added = net.layer('ADD', [x, y], [2, 8], { fused_activation_function: fused }, parts);
  return net.graph([x, y], [net.layer(activation, [added], [2, 8], {}, result)]);
}

describe('fuseActivations', () => {
  it.each([
    ['RELU of integers', sum('RELU', {}), 'RELU'],
    ['RELU6 of integers', sum('RELU6', {}), 'RELU6'],
    ['RELU of real numbers', sum('RELU', real), 'RELU'],
    ['RELU6 of real numbers', sum('RELU6', real), 'RELU6'],
  ] as const)('%s', (_, graph, expected) => {
    const fused = fuseActivations(graph);
    expect(fused.operators).toEqual([
      expect.objectContaining({
        type: 'ADD',
        outputs: graph.outputs,
        attributes: { fused_activation_function: { kind: 'string', value: expected } },
      }),
    ]);
    expect(differences(graph, fused, 10)).toBe(0);
  });

  it.each([
    ['another scale', sum('RELU', {}, other)],
    ['another activation that is there already', sum('RELU', {}, {}, 'RELU6')],
    ['what is no clamp', sum('TANH', {})],
  ])('not with %s', (_, graph) => {
    expect(fuseActivations(graph)).toBe(graph);
  });

  it('not when somebody reads what is before the activation', () => {
    const graph = sum('RELU', {});
    const watched = { ...graph, outputs: [...graph.outputs, graph.operators[0]?.outputs[0] ?? 0] };
    expect(fuseActivations(watched)).toBe(watched);
  });
});
