import { describe, expect, it } from 'vitest';
import type { Tensor } from '../../../src/graph/graph.ts';
import { npuConfiguration } from '../../../src/runtimes/ethos-u/configuration.ts';
import { defaults } from '../../../src/runtimes/ethos-u/model/maker.ts';
import type { NpuOperation } from '../../../src/runtimes/ethos-u/model/npu-operation.ts';
import { areSparse } from '../../../src/runtimes/ethos-u/model/sparse-weights.ts';
import { unitOf } from '../../../src/runtimes/ethos-u/model/unit.ts';

type Three = readonly [number, number, number];
const volume = ([h, w, c]: Three) => ({ h, w, c });

function operation(
  kind: NpuOperation['kind'],
  ifm: Three,
  ofm: Three,
  [h, w, stride]: Three = [1, 1, 1],
  more: Partial<NpuOperation> = {},
): NpuOperation {
  const kernel = { h, w, strideH: stride, strideW: stride, dilationH: 1, dilationW: 1 };
  return { ...defaults, kind, ifm: volume(ifm), ofm: volume(ofm), kernel, inputBits: 8, outputBits: 8, ...more };
}

const weightsOf = (shape: readonly number[], valueAt: (index: number) => number): Tensor => {
  const size = shape.reduce((product, extent) => product * extent, 1);
  return {
    name: 'weights',
    dtype: 'int8',
    shape,
    data: new Uint8Array(Int8Array.from({ length: size }, (_, index) => valueAt(index)).buffer),
  };
};
const dense = (shape: readonly number[]): Tensor => weightsOf(shape, () => 1);
const halfEmpty = (shape: readonly number[]): Tensor => weightsOf(shape, (index) => (index % 4 < 2 ? 1 : 0));

/** What Vela 5.2.0 prints with --verbose-schedule for an Ethos-U85 of 256 MACs, of operations of public models. */
const printed: readonly (readonly [string, NpuOperation, Three])[] = [
  ['depthwise, cut evenly', operation('depthwise', [48, 48, 8], [48, 48, 8], [3, 3, 1]), [16, 16, 16]],
  ['depthwise, whole area', operation('depthwise', [25, 5, 64], [25, 5, 64], [3, 3, 1]), [25, 6, 16]],
  ['depthwise of one column', operation('depthwise', [28, 1, 128], [24, 1, 128], [5, 1, 1]), [24, 2, 64]],
  ['depthwise of one column, deep', operation('depthwise', [24, 1, 128], [15, 1, 128], [10, 1, 1]), [15, 2, 128]],
  ['pooling', operation('pooling', [10, 10, 10], [5, 5, 10], [2, 2, 2]), [5, 6, 16]],
  ['global pooling', operation('pooling', [8, 8, 64], [1, 1, 64], [8, 8, 1]), [1, 2, 64]],
  ['a move', operation('pooling', [25, 5, 64], [25, 5, 64], [1, 1, 1], { isMove: true }), [18, 6, 16]],
  ['a small move', operation('pooling', [12, 12, 64], [12, 12, 64], [1, 1, 1], { isMove: true }), [4, 4, 64]],
  ['convolution', operation('convolution', [32, 32, 16], [32, 32, 16], [3, 3, 1]), [8, 16, 16]],
  ['convolution, odd depth', operation('convolution', [5, 5, 10], [5, 5, 20], [3, 3, 1]), [6, 6, 24]],
  ['convolution of a point', operation('convolution', [12, 12, 64], [12, 12, 64]), [7, 12, 16]],
  ['long window', operation('convolution', [49, 10, 1], [25, 5, 64], [10, 4, 2]), [10, 6, 32]],
  [
    'sparse convolution',
    operation('convolution', [3, 3, 128], [3, 3, 256], [1, 1, 1], { weights: halfEmpty([256, 1, 1, 128]) }),
    [3, 4, 160],
  ],
  ['dense', operation('dense', [1, 1, 25], [1, 1, 300]), [1, 4, 304]],
];

describe('blocks of an Ethos-U85', () => {
  const { findBlock } = unitOf(npuConfiguration('ethos-u85-256'));

  it.each(printed)('%s: as Vela has it', (_name, asked, block) => {
    expect(findBlock(asked)?.ofm).toEqual(volume(block));
  });

  it.each([128, 256, 512, 1024, 2048])('of %i MACs has one for every kind of operation', (macs) => {
    const unit = unitOf(npuConfiguration(`ethos-u85-${macs}`));
    for (const kind of ['convolution', 'dense', 'depthwise', 'pooling', 'reduce-sum', 'elementwise', 'copy'] as const) {
      for (const inputBits of [8, 16, 32]) {
        const { ofm, ifm, micro } = unit.findBlock(
          operation(kind, [9, 7, 33], [9, 7, 33], [1, 1, 1], { inputBits }),
        ) ?? {
          ofm: volume([0, 0, 0]),
          ifm: volume([0, 0, 0]),
          micro: volume([1, 1, 1]),
        };
        expect(Math.min(ofm.h, ofm.w, ofm.c, ifm.h, ifm.w, ifm.c), `${kind} of ${inputBits} bits`).toBeGreaterThan(0);
        expect([ofm.h % micro.h, ofm.w % micro.w]).toEqual([0, 0]);
      }
    }
  });
});

describe('weights that an Ethos-U85 multiplies in half the time', () => {
  const of = (weights: Tensor): NpuOperation => operation('convolution', [4, 4, 8], [4, 4, 8], [1, 1, 1], { weights });

  it('have two zeros in every four channels', () => {
    expect(areSparse(of(halfEmpty([8, 1, 1, 8])))).toBe(true);
    expect(areSparse(of(dense([8, 1, 1, 8])))).toBe(false);
    expect(areSparse(of(weightsOf([8, 1, 1, 8], (index) => (index === 63 ? 1 : index % 4 < 2 ? 1 : 0))))).toBe(false);
  });

  it('or no more than two channels', () => {
    expect(areSparse(of(dense([8, 3, 3, 2])))).toBe(true);
    expect(areSparse(of(dense([8, 3, 3, 3])))).toBe(false);
  });

  it('and none of -128, which has no code there', () => {
    expect(areSparse(of(weightsOf([8, 3, 3, 1], () => -128)))).toBe(false);
  });

  it('run in half the cycles', () => {
    const { findBlock } = unitOf(npuConfiguration('ethos-u85-256'));
    expect(findBlock(of(halfEmpty([8, 1, 1, 8])))?.isSparse).toBe(true);
    expect(findBlock(of(dense([8, 1, 1, 8])))?.isSparse).toBe(false);
  });
});
