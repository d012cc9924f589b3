import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Graph } from '../../../src/graph/graph.ts';
import { foldPadding } from '../../../src/passes/tflite/fold-padding.ts';
import { removeDeadOperators } from '../../../src/passes/tflite/remove-dead-operators.ts';
import { convolutionOptions, network } from './network.ts';
import { differences } from './same-outputs.ts';

interface Window {
  readonly type?: 'CONV_2D' | 'DEPTHWISE_CONV_2D';
  readonly extent: number;
  readonly filter: number;
  readonly stride: number;
  readonly dilation?: number;
  readonly before: number;
  readonly behind: number;
}

/** x [1, n, n, 2] → PAD → a convolution with padding VALID; `undefined` where no window fits. */
function padded({ type = 'CONV_2D', extent, filter, stride, dilation = 1, before, behind }: Window): Graph | undefined {
  const reach = (filter - 1) * dilation + 1;
  const size = Math.floor((extent + before + behind - reach) / stride) + 1;
  if (extent + before + behind < reach) return undefined;
  const net = network();
  const input = net.input([1, extent, extent, 2]);
  const amounts = net.constant('int32', [4, 2], [0, 0, before, behind, before, behind, 0, 0]);
  const side = extent + before + behind;
  const pad = net.layer('PAD', [input, amounts], [1, side, side, 2]);
  const shape = type === 'CONV_2D' ? [3, filter, filter, 2] : [1, filter, filter, 2];
  const count = shape.reduce((product, each) => product * each, 1);
  const weights = net.constant(
    'int8',
    shape,
    Array.from({ length: count }, (_, index) => ((index * 37) % 100) - 50),
    {
      quantization: { scale: [Math.fround(0.01)], zeroPoint: [0], axis: 0 },
    },
  );
  const output = net.layer(type, [pad, weights, null], [1, size, size, type === 'CONV_2D' ? 3 : 2], {
    ...convolutionOptions,
    stride_h: stride,
    stride_w: stride,
    dilation_h_factor: dilation,
    dilation_w_factor: dilation,
    ...(type === 'CONV_2D' ? {} : { depth_multiplier: 1 }),
  });
  return net.graph([input], [output]);
}

const isFolded = (graph: Graph) => graph.operators.length === 1;
const fold = (graph: Graph) => removeDeadOperators(foldPadding(graph));

describe('foldPadding', () => {
  it.each([
    ['what SAME adds at stride 1', { extent: 5, filter: 3, stride: 1, before: 1, behind: 1 }, true],
    ['what SAME adds at stride 2', { extent: 4, filter: 3, stride: 2, before: 0, behind: 1 }, true],
    ['more behind than a window reaches', { extent: 5, filter: 3, stride: 2, before: 1, behind: 2 }, true],
    [
      'symmetric padding at stride 2, where SAME is not',
      { extent: 4, filter: 3, stride: 2, before: 1, behind: 1 },
      false,
    ],
    ['more than SAME adds', { extent: 5, filter: 3, stride: 1, before: 2, behind: 2 }, false],
    ['less than SAME adds', { extent: 5, filter: 5, stride: 1, before: 1, behind: 1 }, false],
  ] as const)('%s', (_, window, expected) => {
    const graph = padded(window);
    if (graph === undefined) throw new Error('no window fits');
    const folded = fold(graph);
    expect(isFolded(folded)).toBe(expected);
    if (expected) expect(folded.operators[0]?.attributes.padding).toEqual({ kind: 'string', value: 'SAME' });
    expect(differences(graph, folded, 4)).toBe(0);
  });

  it('keeps every output bit, whatever the window', () => {
    let count = 0;
    const window = fc.record({
      type: fc.constantFrom('CONV_2D' as const, 'DEPTHWISE_CONV_2D' as const),
      extent: fc.integer({ min: 1, max: 7 }),
      filter: fc.integer({ min: 1, max: 4 }),
      stride: fc.integer({ min: 1, max: 3 }),
      dilation: fc.integer({ min: 1, max: 2 }),
      before: fc.nat(2),
      behind: fc.nat(3),
    });
    fc.assert(
      fc.property(window, (choice) => {
        const graph = padded(choice);
        if (graph === undefined) return;
        const folded = fold(graph);
        if (isFolded(folded)) count++;
        expect(differences(graph, folded, 2)).toBe(0);
      }),
      { numRuns: 300 },
    );
    expect(count).toBeGreaterThan(10);
  });

  it('keeps padding of a picture whose size the caller chooses', () => {
    const graph = padded({ extent: 5, filter: 3, stride: 1, before: 1, behind: 1 });
    if (graph === undefined) throw new Error('no window fits');
    const middle = graph.operators[0]?.outputs[0];
    const open = (signature: readonly number[]) => ({
      ...graph,
      tensors: graph.tensors.map((tensor, id) =>
        id === middle ? { ...tensor, extras: { shapeSignature: signature } } : tensor,
      ),
    });
    expect(isFolded(fold(open([1, -1, -1, 2])))).toBe(false);
    expect(isFolded(fold(open([-1, 7, 7, 2])))).toBe(true);
  });

  it('keeps padding with another value', () => {
    const graph = padded({ extent: 5, filter: 3, stride: 1, before: 1, behind: 1 });
    if (graph === undefined) throw new Error('no window fits');
    const [pad, convolution] = graph.operators;
    if (pad === undefined || convolution === undefined) throw new Error('two operators');
    const five = { name: 'five', dtype: 'int8', shape: [1], data: Uint8Array.of(5) } as const;
    const otherwise = {
      ...graph,
      tensors: [...graph.tensors, five],
      operators: [{ ...pad, type: 'PADV2', inputs: [...pad.inputs, graph.tensors.length] }, convolution],
    };
    expect(foldPadding(otherwise)).toBe(otherwise);
  });
});
