import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alignGraphs } from '../../src/diff/align.ts';
import type { Layer } from '../../src/measurement/measurement.ts';
import { layerGraphs } from '../support/layer-graphs.ts';
import { layer, layers, measurement } from '../support/measurements.ts';

const stack = layers(
  layer('conv_1', { outputShape: [1, 32, 32, 16] }),
  layer('relu_1', { type: 'RELU', outputShape: [1, 32, 32, 16] }),
  layer('conv_2', { outputShape: [1, 16, 16, 32] }),
  layer('conv_3', { outputShape: [1, 8, 8, 64] }),
  layer('softmax', { type: 'SOFTMAX', outputShape: [1, 10] }),
);

/** Pairs as `base>head`, an index or `-`. */
function pairs(base: readonly Layer[], head: readonly Layer[]): string {
  return aligned(base, head)
    .map((pair) => `${pair.base ?? '-'}>${pair.head ?? '-'}`)
    .join(' ');
}

function aligned(base: readonly Layer[], head: readonly Layer[]) {
  const graphOf = (of: readonly Layer[]) => layerGraphs(measurement({ layers: [...of] })).source;
  return alignGraphs(graphOf(base), graphOf(head)).pairs;
}

const [conv1, relu1, conv2, conv3, softmax] = stack as [Layer, Layer, Layer, Layer, Layer];

describe('alignGraphs', () => {
  it.each([
    ['nothing changed', stack, '0>0 1>1 2>2 3>3 4>4'],
    [
      'a layer was inserted',
      layers(conv1, relu1, layer('new', { type: 'ADD' }), conv2, conv3, softmax),
      '0>0 1>1 ->2 2>3 3>4 4>5',
    ],
    ['a layer was removed', layers(conv1, relu1, conv3, softmax), '0>0 1>1 2>- 3>2 4>3'],
    [
      'an insertion renumbered the names behind it',
      layers(
        conv1,
        relu1,
        layer('conv_2', { outputShape: [1, 32, 32, 16], flash: 7 }),
        { ...conv2, name: 'conv_3' },
        { ...conv3, name: 'conv_4' },
        softmax,
      ),
      '0>0 1>1 ->2 2>3 3>4 4>5',
    ],
    ['every name changed', stack.map((one) => ({ ...one, name: `x/${one.name}` })), '0>0 1>1 2>2 3>3 4>4'],
    [
      'a layer became wider',
      layers(
        conv1,
        relu1,
        { ...conv2, outputShape: [1, 16, 16, 48], macs: 5, flash: 5 },
        { ...conv3, macs: 9 },
        softmax,
      ),
      '0>0 1>1 2>2 3>3 4>4',
    ],
    ['two layers changed places', layers(conv1, conv2, relu1, conv3, softmax), '0>0 2>1 1>2 3>3 4>4'],
    [
      'an operator was replaced under its name',
      layers(conv1, { ...relu1, type: 'RELU6' }, conv2, conv3, softmax),
      '0>0 1>1 2>2 3>3 4>4',
    ],
    ['there is nothing in the head', [], '0>- 1>- 2>- 3>- 4>-'],
  ])('%s', (_, head, expected) => {
    expect(pairs(stack, head)).toBe(expected);
  });

  const anyLayers = fc
    .array(
      fc.record({
        name: fc.constantFrom('', 'a', 'b', 'c', 'd'),
        type: fc.constantFrom('CONV_2D', 'ADD', 'RELU'),
        width: fc.integer({ min: 1, max: 3 }),
      }),
      { maxLength: 12 },
    )
    .map((all) => layers(...all.map(({ name, type, width }) => layer(name, { type, outputShape: [1, width] }))));

  it('names every layer of both sides exactly once', () => {
    fc.assert(
      fc.property(anyLayers, anyLayers, (base, head) => {
        const both = aligned(base, head);
        const indices = (side: 'base' | 'head') =>
          both.flatMap((pair) => (pair[side] === undefined ? [] : [pair[side]]));
        expect([...indices('base')].sort((left, right) => left - right)).toEqual(base.map(({ index }) => index));
        expect([...indices('head')]).toEqual(head.map(({ index }) => index));
      }),
    );
  });

  it('finds removed and inserted layers of distinct layers wherever they are', () => {
    const distinct = fc.uniqueArray(fc.integer({ min: 0, max: 99 }), { minLength: 3, maxLength: 25 });
    fc.assert(
      fc.property(distinct, fc.nat(), fc.nat(), (widths, removeAt, insertAt) => {
        const base = layers(
          ...widths.map((width) =>
            layer(`conv_${width}`, { outputShape: [1, 8, 8, width], weightShape: [width, 3, 3, 1] }),
          ),
        );
        const kept = base.filter((_, index) => index !== removeAt % base.length);
        const head = layers(...kept.toSpliced(insertAt % (kept.length + 1), 0, layer('inserted', { type: 'ADD' })));
        const alone = aligned(base, head).filter((pair) => pair.base === undefined || pair.head === undefined);
        expect(alone.map((pair) => (base[pair.base ?? -1] ?? head[pair.head ?? -1])?.name).sort()).toEqual(
          [base[removeAt % base.length]?.name, 'inserted'].sort(),
        );
      }),
    );
  });

  it('anchors graphs that are too large for a table', () => {
    const base = layers(
      ...Array.from({ length: 2500 }, (_, index) => layer(`conv_${index}`, { outputShape: [1, index] })),
    );
    const head = layers(
      ...base.flatMap((one, index) => {
        if (index % 500 === 0) return [{ ...one, macs: 7 }];
        return index === 1250 ? [one, layer('inserted', { type: 'ADD' })] : [one];
      }),
    );
    const both = aligned(base, head);
    expect(both.filter((pair) => pair.base === undefined || pair.head === undefined)).toHaveLength(1);
    expect(both.every((pair) => pair.base === undefined || base[pair.base]?.name === head[pair.head ?? -1]?.name)).toBe(
      true,
    );
  });
});
