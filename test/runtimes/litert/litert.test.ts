import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readTflite } from '../../../src/formats/tflite/read.ts';
import type { Graph } from '../../../src/graph/graph.ts';
import { litert } from '../../../src/runtimes/litert/runtime.ts';
import { unsupportedByLitert } from '../../../src/runtimes/litert/support.ts';
import { resolveTarget } from '../../../src/targets/load.ts';

const file = 'fixtures/digits/base/digits-int8.tflite';
const bytes = readFileSync(file);
const graph = readTflite(bytes, file);
const target = resolveTarget('raspberry-pi-4/litert');

const retyped = (type: string, domain = ''): Graph => ({
  ...graph,
  operators: graph.operators.map((operator, index) => (index === 1 ? { ...operator, type, domain } : operator)),
});

describe('litert', () => {
  test('an int8 model is taken as it is, a float one is not', () => {
    const float = 'fixtures/digits/base/digits-float.tflite';
    expect([litert.takesAsIs(graph, target), litert.takesAsIs(readTflite(readFileSync(float), float), target)]).toEqual(
      [true, false],
    );
  });

  test('floats take more memory than integers, and more time where there are enough of them', () => {
    const float = 'fixtures/digits/base/digits-float.tflite';
    const floatBytes = readFileSync(float);
    const one = litert.estimate({ format: 'tflite', bytes, graph }, target);
    const other = litert.estimate(
      { format: 'tflite', bytes: floatBytes, graph: readTflite(floatBytes, float) },
      target,
    );
    expect(one.memory?.arenaUsed).toBeLessThan(other.memory?.arenaUsed ?? 0);
    expect(one.memory?.arenaUsed).toBeGreaterThanOrEqual(one.memory?.lowerBound ?? 0);
    expect(one.memory?.buffers.every(({ offset, bytes: size }) => offset % 64 === 0 && size % 64 === 0)).toBe(true);
  });

  test('says what does not fit', () => {
    const tight = resolveTarget('raspberry-pi-4/litert', 'tight', { ramBytes: 1000, flashBytes: 1000 });
    const { deployable, findings } = litert.estimate({ format: 'tflite', bytes, graph }, tight);
    expect([deployable, findings.map(({ where }) => where)]).toEqual([false, ['ram', 'flash']]);
  });
});

describe('unsupportedByLitert', () => {
  test.each([
    ['CONV_2D', '', undefined, ''],
    ['TFLite_Detection_PostProcess', 'custom', undefined, ''],
    ['FlexErf', 'custom', 'error', 'Flex delegate'],
    ['MyOperator', 'custom', 'error', 'custom operator MyOperator'],
    ['SKIP_GRAM', '', undefined, ''],
    ['CONCAT_EMBEDDINGS', '', 'error', 'no kernel'],
    ['STABLEHLO_SORT', '', 'warning', 'newest versions'],
  ])('%s %s: %s', (type, domain, severity, text) => {
    const found = unsupportedByLitert(retyped(type, domain));
    expect(found.map((finding) => finding.severity)).toEqual(severity === undefined ? [] : [severity]);
    if (severity !== undefined)
      expect(found[0]).toMatchObject({
        where: expect.stringContaining('operator 1'),
        message: expect.stringContaining(text),
      });
  });
});
