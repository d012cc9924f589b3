import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readTflite } from '../../../src/formats/tflite/read.ts';
import type { Graph } from '../../../src/graph/graph.ts';
import { synap } from '../../../src/runtimes/synap/runtime.ts';
import { resolveTarget } from '../../../src/targets/load.ts';

const file = 'fixtures/digits/base/digits-int8.tflite';
const bytes = readFileSync(file);
const graph = readTflite(bytes, file);
const target = resolveTarget('sl1680/synap');
const estimateOf = (each: Graph) => synap.estimate({ format: 'tflite', bytes, graph: each }, target);

describe('synap', () => {
  test('an int8 network runs on the NPU as a whole', () => {
    const { layers, findings, deployable } = estimateOf(graph);
    expect([deployable, findings.map(({ code }) => code)]).toEqual([true, ['compiler-missing']]);
    expect(new Set(layers.map(({ unit }) => unit))).toEqual(new Set(['npu']));
  });

  test('what the NPU lacks runs on the CPU, costs the round trip, and is told', () => {
    const broken = {
      ...graph,
      operators: graph.operators.map((operator, index) => (index === 5 ? { ...operator, type: 'CUMSUM' } : operator)),
    };
    const [whole, split] = [estimateOf(graph), estimateOf(broken)];
    expect(split.deployable).toBe(true);
    expect(split.layers.map(({ unit }) => unit).indexOf('cpu')).toBe(5);
    expect(split.findings).toMatchObject([
      { code: 'fallback', severity: 'warning', message: expect.stringContaining('the NPU has no CUMSUM') },
      { code: 'compiler-missing' },
    ]);
    expect(split.latency?.value).toBeGreaterThan(whole.latency?.value ?? Number.POSITIVE_INFINITY);
  });

  test('floats stay on the CPU, with what to do about it', () => {
    const name = 'fixtures/digits/base/digits-float.tflite';
    const { layers, findings } = estimateOf(readTflite(readFileSync(name), name));
    expect(layers.every(({ unit }) => unit === 'cpu')).toBe(true);
    expect(findings[0]?.message).toContain('quantise the model');
  });
});
