import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { emptyGraph } from '../../../src/graph/empty-graph.ts';
import type { Graph, Operator } from '../../../src/graph/graph.ts';
import { openModel } from '../../../src/measuring/measure.ts';
import { bundleMemory } from '../../../src/runtimes/glow/bundle.ts';
import { planGlow } from '../../../src/runtimes/glow/plan.ts';
import { glow } from '../../../src/runtimes/glow/runtime.ts';
import { refusedByGlow } from '../../../src/runtimes/glow/support.ts';
import { resolveTarget } from '../../../src/targets/load.ts';

/** LeNet for MNIST with the layers whose bundle Glow's documentation shows (docs/AOT.md). */
function leNet(): Graph {
  const tensors: Graph['tensors'][number][] = [];
  const tensor = (name: string, shape: readonly number[], isConstant = false) => {
    const elements = shape.reduce((product, extent) => product * extent, 1);
    tensors.push({ name, shape, dtype: 'float32', ...(isConstant ? { data: new Uint8Array(4 * elements) } : {}) });
    return tensors.length - 1;
  };
  const operators: Operator[] = [];
  let last = tensor('data', [1, 1, 28, 28]);
  const add = (type: string, output: readonly number[], ...constants: readonly (readonly number[])[]) => {
    const inputs = [
      last,
      ...constants.map((shape, index) => tensor(`${type}${operators.length}.${index}`, shape, true)),
    ];
    last = tensor(`${type}${operators.length}`, output);
    operators.push({ name: '', type, domain: '', version: 13, inputs, outputs: [last], attributes: {} });
  };
  add('Conv', [1, 20, 24, 24], [20, 1, 5, 5], [20]);
  add('MaxPool', [1, 20, 12, 12]);
  add('Conv', [1, 50, 8, 8], [50, 20, 5, 5], [50]);
  add('MaxPool', [1, 50, 4, 4]);
  add('Reshape', [1, 800]);
  add('Gemm', [1, 500], [800, 500], [500]);
  add('Relu', [1, 500]);
  add('Gemm', [1, 10], [500, 10], [10]);
  add('Softmax', [1, 10]);
  return {
    ...emptyGraph('onnx', ''),
    tensors,
    operators,
    inputs: [0],
    outputs: [last],
  };
}

describe('bundleMemory', () => {
  test('is what Glow says of LeNet', () => {
    const memory = bundleMemory(leNet());
    expect(memory.mutable).toBe(3200);
    expect(memory.activations.arenaRequired).toBe(57600);
    // Glow has 64 bytes more: an input of its softmax that inference does not use.
    expect(1724672 - memory.constant).toBe(64);
  });
});

const requests = fc.array(
  fc
    .record({ bytes: fc.nat(40).map((units) => 64 * units), first: fc.nat(12), length: fc.nat(6) })
    .map(({ bytes, first, length }) => ({ bytes, first, last: first + length })),
  { maxLength: 25 },
);

describe('planGlow', () => {
  test('buffers that live at the same time lie apart, and the plan ends where the last one does', () => {
    fc.assert(
      fc.property(requests, (wanted) => {
        const { offsets, bytes } = planGlow(wanted);
        const spans = wanted.map((each, index) => ({
          ...each,
          start: offsets[index] ?? 0,
          end: (offsets[index] ?? 0) + each.bytes,
        }));
        expect(bytes).toBe(Math.max(0, ...spans.map(({ end }) => end)));
        spans.forEach((a, index) => {
          for (const b of spans.slice(index + 1)) {
            if (a.bytes > 0 && b.bytes > 0 && a.first <= b.last && b.first <= a.last)
              expect(a.end <= b.start || b.end <= a.start).toBe(true);
          }
        });
      }),
    );
  });

  test('takes the best of its orders', () => {
    // In the order of the requests the large one would go behind the first.
    const wanted = [
      { bytes: 64, first: 0, last: 1 },
      { bytes: 64, first: 1, last: 2 },
      { bytes: 128, first: 2, last: 3 },
    ];
    expect(planGlow(wanted).bytes).toBe(192);
  });
});

describe('glow', () => {
  const file = 'fixtures/digits/base/digits-int8.tflite';
  const bytes = readFileSync(file);
  const { graph } = openModel(bytes, file);

  test('says that it is retired, and what to use', () => {
    const { findings, deployable } = glow.estimate(
      { format: 'tflite', bytes, graph },
      resolveTarget('mimxrt1060-evk/glow'),
    );
    expect(deployable).toBe(true);
    expect(findings[0]).toMatchObject({
      code: 'retired-runtime',
      severity: 'info',
      message: expect.stringContaining('tflm'),
    });
  });

  test.each([
    ['HARD_SWISH', '', 0],
    ['CUMSUM', '', 1],
    ['Mfcc', 'custom', 0],
    ['Mine', 'custom', 1],
  ])('%s %s is refused %i times', (type, domain, count) => {
    const changed = {
      ...graph,
      operators: graph.operators.map((each, index) => (index === 0 ? { ...each, type, domain } : each)),
    };
    expect(refusedByGlow(changed)).toHaveLength(count);
  });
});
