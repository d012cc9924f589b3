import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deepened } from '../../../src/runtimes/ethos-u/model/deepened.ts';
import { elementsOf } from '../../../src/runtimes/ethos-u/model/npu-operation.ts';

describe('a shallow volume', () => {
  // What Vela 5.2.0 prints of the clamps after the convolutions of sipeed/TinyMaix's MNIST models.
  it.each([
    [
      { h: 13, w: 13, c: 1 },
      { h: 1, w: 1, c: 169 },
    ],
    [
      { h: 6, w: 6, c: 3 },
      { h: 3, w: 1, c: 36 },
    ],
    [
      { h: 2, w: 2, c: 6 },
      { h: 1, w: 1, c: 24 },
    ],
    [
      { h: 28, w: 28, c: 4 },
      { h: 14, w: 14, c: 16 },
    ],
    [
      { h: 7, w: 7, c: 16 },
      { h: 7, w: 7, c: 16 },
    ],
  ])('%o becomes %o', (volume, folded) => {
    expect(deepened(volume)).toStrictEqual(folded);
  });

  it('keeps its elements', () => {
    const extent = fc.integer({ min: 1, max: 300 });
    fc.assert(
      fc.property(extent, extent, extent, (h, w, c) => {
        expect(elementsOf(deepened({ h, w, c }))).toBe(h * w * c);
      }),
    );
  });
});
