import { describe, expect, it } from 'vitest';
import { decreasing, overlap, suppress } from '../../src/kernels/non-max-suppression.ts';
import type { Case } from '../support/one-operator.ts';
import { outputsOf } from '../support/one-operator.ts';

/**
 * Options as Google's own builder encodes them: at most 10 detections, 1 class per box, 5 per class, 4 classes, scores from 0.3, overlap to 0.5,
 * scales 10, 10, 5, 5; then use_regular_nms.
 */
const fast =
  '6d61785f646574656374696f6e73006d61785f636c61737365735f7065725f646574656374696f6e00646574656374696f6e735f7065725f636c617373006e756d5f636c6173736573007573655f726567756c61725f6e6d73006e6d735f73636f72655f7468726573686f6c64006e6d735f696f755f7468726573686f6c6400795f7363616c6500785f7363616c6500685f7363616c6500775f7363616c65000b781294a4374c695e11222b000000000f0000000000000001000000000000000b000000000000000500000000000000000000000000144001000000000000000a00000000000000000000000000e03f333333333333d33f04000000000000000000000000000000000000000000144000000000000024400000000000002440070f07070f0f076b0f0f0f632701';
const regular =
  '6d61785f646574656374696f6e73006d61785f636c61737365735f7065725f646574656374696f6e00646574656374696f6e735f7065725f636c617373006e756d5f636c6173736573007573655f726567756c61725f6e6d73006e6d735f73636f72655f7468726573686f6c64006e6d735f696f755f7468726573686f6c6400795f7363616c6500785f7363616c6500685f7363616c6500775f7363616c65000b781294a4374c695e11222b000000000f0000000000000001000000000000000b000000000000000500000000000000000000000000144001000000000000000a00000000000000000000000000e03f333333333333d33f04000000000000000100000000000000000000000000144000000000000024400000000000002440070f07070f0f076b0f0f0f632701';

/** Three boxes of half the image; the second lies on the first but for a tenth. */
const anchors = [0.5, 0.5, 0.5, 0.5, 0.5, 0.55, 0.5, 0.5, 2, 2, 0.5, 0.5];
/** A background column, then four classes. */
const scores = [0, 0.9, 0, 0, 0.4, 0, 0.8, 0, 0, 0.6, 0, 0, 0.7, 0, 0];

function detect(options: string) {
  const one: Case = {
    type: 'TFLite_Detection_PostProcess',
    domain: 'custom',
    attributes: { custom_options: Uint8Array.from(Buffer.from(options, 'hex')) },
    inputs: [
      { shape: [1, 3, 4] },
      { shape: [1, 3, 5], values: scores },
      { shape: [3, 4], values: anchors, constant: true },
    ],
    outputs: [{ shape: [1, 10, 4] }, { shape: [1, 10] }, { shape: [1, 10] }, { shape: [1] }],
  };
  const [boxes = [], classes = [], values = [], [count = 0] = []] = outputsOf(one);
  const found = Array.from({ length: Number(count) }, (_, index) => [classes[index], Number(values[index]).toFixed(1)]);
  return { found, first: boxes.slice(0, 4) };
}

describe('TFLite_Detection_PostProcess', () => {
  it('keeps the best class of boxes that do not overlap', () => {
    expect(detect(fast)).toEqual({
      found: [
        [0, '0.9'],
        [1, '0.7'],
      ],
      first: [0.25, 0.25, 0.75, 0.75],
    });
  });

  it('suppresses within each class when it is told to', () => {
    expect(detect(regular).found).toEqual([
      [0, '0.9'],
      [1, '0.7'],
      [3, '0.6'],
    ]);
  });
});

describe('non-max suppression', () => {
  const boxes = Float32Array.of(0, 0, 2, 2, 0, 1, 2, 3, 5, 5, 6, 6, 3, 3, 3, 4);

  it('measures the intersection over the union', () => {
    expect(overlap(boxes, 0, 1)).toBe(Math.fround(1 / 3));
    expect(overlap(boxes, 0, 2)).toBe(0);
    expect(overlap(boxes, 0, 3)).toBe(0);
  });

  it('keeps equal scores in their order, and no more than asked for', () => {
    const scores = Float32Array.of(0.5, 0.9, 0.9, 0.1);
    expect(decreasing(scores)).toEqual([1, 2, 0, 3]);
    const rule = { leastScore: Math.fround(0.2), mostOverlap: Math.fround(0.3) };
    expect(suppress(boxes, scores, 5, rule)).toEqual([1, 2]);
    expect(suppress(boxes, scores, 1, rule)).toEqual([1]);
    expect(suppress(boxes, scores, 5, { ...rule, mostOverlap: 0.5 })).toEqual([1, 2, 0]);
  });
});
