import { afterEach, describe, expect, it, vi } from 'vitest';
import { openRecorder } from '../../src/calibrate/open-recorder.ts';
import type { Graph } from '../../src/graph/graph.ts';
import { builder, numbers } from '../quantize/small-network.ts';

const cores = vi.hoisted(() => ({ count: 1 }));
vi.mock('node:os', async (original) => ({
  ...(await original<typeof import('node:os')>()),
  availableParallelism: () => cores.count,
}));
afterEach(() => {
  cores.count = 1;
});

const length = 256;

/** 1-D convolutions, whose last bits 1, 2 and 4 threads of ONNX Runtime 1.30.0 compute differently on x86: four of length 9, nothing between. */
function convolutions(): Graph {
  const g = builder(13);
  const inputs = [g.tensor('x', [1, 32, length])];
  for (let layer = 0; layer < 4; layer += 1) {
    const output = g.tensor(`y${layer}`, [1, 32, length - 8 * (layer + 1)]);
    g.operator('Conv', [inputs[layer] ?? -1, g.constant(`w${layer}`, [32, 32, 9])], [output]);
    inputs.push(output);
  }
  return g.graph(inputs.slice(0, 1), inputs.slice(-1));
}

describe('what calibration records', () => {
  it('does not depend on the number of cores', async () => {
    const graph = convolutions();
    const watched = graph.tensors.flatMap(({ data }, id) => (data === undefined ? [id] : []));
    const next = numbers(3);
    const data = Float32Array.from({ length: 32 * length }, next);
    const found = [];
    for (const count of [1, 2, 4, 8]) {
      cores.count = count;
      const recorder = await openRecorder(graph, watched, 'distribution', 1);
      await recorder.record({ x: { dtype: 'float32', shape: [1, 32, length], data } }, 0);
      found.push(await recorder.histograms());
      await recorder.close();
    }
    for (const histograms of found.slice(1)) expect(histograms).toEqual(found[0]);
  });
});
