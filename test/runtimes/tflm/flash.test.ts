import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import images from '../../../bench/tflm-flash-images.json' with { type: 'json' };
import type { DataType } from '../../../src/graph/data-type.ts';
import type { Graph } from '../../../src/graph/graph.ts';
import { codeSizes, codeSizesSchema, measuredSizes } from '../../../src/runtimes/tflm/flash/code-sizes.ts';
import facts from '../../../src/runtimes/tflm/flash/flash.json' with { type: 'json' };
import { type CodeBuild, codeParts, runtimeFlash } from '../../../src/runtimes/tflm/flash/flash.ts';
import { operatorNames } from '../../../src/runtimes/tflm/operator-facts.ts';
import { loadBoard } from '../../../src/targets/load.ts';
import { computed, graphOf, operator } from '../../support/tensor-graphs.ts';

const graphWith = (types: readonly string[], dtype: DataType = 'int8'): Graph =>
  graphOf(
    'tflite',
    [computed('x', [1], dtype)],
    types.map((type) => operator(type, [0], [0])),
    [0],
    [0],
  );
const bytesOf = (parts: readonly { readonly bytes: number }[]) => parts.reduce((sum, { bytes }) => sum + bytes, 0);
const sumOf = (graph: Graph) => bytesOf(runtimeFlash(graph).parts);
const cmsisNn = { library: 'cmsis-nn', registration: 'all' } as const;

describe('sizes', () => {
  test.each(Object.entries(measuredSizes))('of %s are of the schema, and every share exists', (_, sizes) => {
    const { kernels, shared } = codeSizesSchema.parse(sizes);
    for (const { shares } of Object.values(kernels)) {
      for (const piece of shares) expect(piece).toBeLessThan(shared.length);
      expect(new Set(shares).size).toBe(shares.length);
    }
  });

  test.each(Object.keys(measuredSizes))('of %s exist for every operator and library', (core) => {
    const { kernels } = codeSizes({ id: core }).sizes;
    for (const type of operatorNames)
      for (const library of ['cmsis-nn', 'reference'])
        expect(kernels[`${type}/${library}`] ?? kernels[type], `${type}, ${library}`).toBeDefined();
  });
});

describe('whole images', () => {
  const builds = Object.entries(images.bytes).flatMap(([name, registrations]) =>
    Object.entries(registrations).map(([registration, bytes]) => ({ name, registration, bytes })),
  );
  test.each(builds)('$name, $registration are met within 1 %', ({ name, registration, bytes }) => {
    const [core = '', library] = name.split('/');
    expect(codeSizes({ id: core }).isMeasured).toBe(true);
    const build = { library, registration } as CodeBuild;
    for (const [index, size] of bytes.entries()) {
      const ours = bytesOf(codeParts(images.operators[index] ?? [], codeSizes({ id: core }).sizes, build));
      expect(Math.abs(ours / size - 1)).toBeLessThan(0.01);
    }
  });

  test.each(facts.images)(
    'the $registration image that others built is met within the stated error',
    ({ registration, operators, bytes }) => {
      const graph = graphWith(operators, registration === 'int8' ? 'int8' : 'float32');
      expect(Math.abs(sumOf(graph) / bytes - 1)).toBeLessThanOrEqual(facts.error);
      expect(runtimeFlash(graph).error).toBe(facts.error);
    },
  );
});

describe('code of the runtime', () => {
  test('a kernel is what the image would be smaller without it', () => {
    const { sizes } = codeSizes(undefined);
    fc.assert(
      fc.property(fc.uniqueArray(fc.constantFrom(...operatorNames), { minLength: 1, maxLength: 12 }), (types) => {
        const parts = codeParts(types, sizes, cmsisNn);
        for (const type of types) {
          const without = codeParts(
            types.filter((other) => other !== type),
            sizes,
            cmsisNn,
          );
          const own = parts.find(({ name }) => name === `kernel ${type}`);
          expect(bytesOf(parts) - bytesOf(without)).toBe(own?.bytes);
        }
      }),
    );
  });

  test('what kernels share is linked once, and an operator that occurs twice has one kernel', () => {
    const alone = (type: string) => codeParts([type], codeSizes(undefined).sizes, cmsisNn)[1]?.bytes ?? 0;
    const parts = runtimeFlash(graphWith(['ADD', 'MUL', 'ADD'], 'float32')).parts;
    expect(parts.map(({ name }) => name)).toEqual(['interpreter', 'shared by kernels', 'kernel ADD', 'kernel MUL']);
    const shared = parts[1]?.bytes ?? 0;
    expect(shared).toBeGreaterThan(3000);
    expect(bytesOf(parts)).toBe((parts[0]?.bytes ?? 0) + alone('ADD') + alone('MUL') - shared);
  });

  test('kernels of subgraphs count too', () => {
    const graph = { ...graphWith(['ADD']), subgraphs: [graphWith(['MUL'])] };
    expect(sumOf(graph)).toBe(sumOf(graphWith(['ADD', 'MUL'])));
  });

  test('kernels for int8 alone are smaller than those for all types', () => {
    expect(sumOf(graphWith(['CONV_2D'], 'float32'))).toBeGreaterThan(sumOf(graphWith(['CONV_2D'])) + 10000);
  });

  test('sizes are those of the core and its kernel library', () => {
    const types = ['CONV_2D', 'SOFTMAX'];
    const sizeOn = (core: string, library: CodeBuild['library']) =>
      bytesOf(codeParts(types, codeSizes({ id: core }).sizes, { library, registration: 'all' }));
    expect(sizeOn('cortex-m4', 'reference')).toBeLessThan(sizeOn('cortex-m4', 'cmsis-nn'));
    expect(sizeOn('cortex-m55', 'cmsis-nn')).toBe(sizeOn('cortex-m85', 'cmsis-nn'));
    expect(new Set(Object.keys(measuredSizes).map((core) => sizeOn(core, 'reference'))).size).toBe(
      Object.keys(measuredSizes).length,
    );
  });

  test('operators without a size and cores without images have more error, and the source says so', () => {
    const known = runtimeFlash(graphWith(['ADD']), loadBoard('generic-cortex-m4'));
    expect(known.error).toBe(facts.error);
    expect(runtimeFlash(graphWith(['ADD', 'NEW']), loadBoard('generic-cortex-m4')).error).toBeGreaterThan(known.error);
    const other = runtimeFlash(graphWith(['ADD']), loadBoard('esp32-s3'));
    expect(other.error).toBe(facts.otherError);
    expect(other.source).toMatch(/Cortex-M4, taken for Cadence Xtensa LX7/);
    expect(known.source).not.toMatch(/taken for/);
  });
});
