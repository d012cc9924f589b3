import type { Tensor } from '../../../../graph/graph.ts';
import { formatVersion, headerBytes, streamKinds } from '../../../../kernels/decode-format.ts';
import { affineOf } from '../affine.ts';
import type { Place } from '../rule.ts';
import { counted } from '../words.ts';
import { type OwnRules, ownRule } from './own-rule.ts';

/** Rules of TFLM_DECODE. Source: tensorflow/tflite-micro 90b983c, lite/micro/kernels/decode.cc and `Setup` in decode_state_*.cc. */
export const decodeRules: OwnRules = {
  'decoded-pairs': ownRule(
    'unsupported-operator',
    'takes two inputs for each output: a stream and its ancillary tensor',
    ({ operator: { inputs, outputs } }) =>
      inputs.length === 2 * outputs.length
        ? undefined
        : `there are ${counted(inputs.length, 'input')} and ${counted(outputs.length, 'output')}`,
  ),
  'decoded-header': ownRule(
    'unsupported-option',
    'needs ancillary tensors with a header of 16 bytes, of version 1 and kind 0 (table), 1 (Huffman codes) or 2 (mask)',
    (place) => firstOf(place, ({ ancillary }) => wrongHeader(ancillary)),
  ),
  'decoded-huffman': ownRule(
    'unsupported-type',
    'decodes Huffman codes to int8, and with table entries of 32 bits to int16',
    (place) =>
      firstOf(place, ({ kind, ancillary, to }) => {
        const isWide = ((ancillary[5] ?? 0) & 1) === 1;
        if (kind !== streamKinds.huffman || to.dtype === 'int8' || (isWide && to.dtype === 'int16')) return undefined;
        return `"${to.name}" is ${to.dtype}${isWide ? '' : ' and the entries have 16 bits'}`;
      }),
  ),
  'decoded-axis': ownRule(
    'unsupported-quantisation',
    'needs decoded tables and masks quantised along their first axis, or with several scales along their last',
    (place) =>
      firstOf(place, ({ kind, to }) => {
        const affine = affineOf(to);
        if (kind === streamKinds.huffman || affine === undefined || affine.axis === 0) return undefined;
        const isLast = affine.axis === (to.shape?.length ?? 0) - 1 && affine.scale.length > 1;
        return isLast ? undefined : `that of "${to.name}" is axis ${affine.axis}`;
      }),
  ),
  'decoded-zero-points': ownRule(
    'unsupported-quantisation',
    'needs the zero point 0 of decoded masks in types other than int8',
    (place) =>
      firstOf(place, ({ kind, to }) => {
        if (kind !== streamKinds.mask || to.dtype === 'int8') return undefined;
        return affineOf(to)?.zeroPoint.some((zeroPoint) => zeroPoint !== 0)
          ? `those of "${to.name}" are others`
          : undefined;
      }),
  ),
};

interface Pair {
  readonly kind: number | undefined;
  readonly ancillary: Uint8Array;
  readonly to: Tensor;
}

/** What is wrong with the first pair that something is wrong with. */
function firstOf({ graph, operator }: Place, fails: (pair: Pair) => string | undefined): string | undefined {
  for (const [position, id] of operator.outputs.entries()) {
    const beside = operator.inputs[2 * position + 1];
    const ancillary = beside === undefined || beside === null ? undefined : graph.tensors[beside]?.data;
    const to = id === null ? undefined : graph.tensors[id];
    if (ancillary === undefined || to === undefined) continue;
    const failure = fails({ kind: ancillary[0], ancillary, to });
    if (failure !== undefined) return failure;
  }
  return undefined;
}

function wrongHeader(ancillary: Uint8Array): string | undefined {
  if (ancillary.length < headerBytes) return `there are ${counted(ancillary.length, 'byte')}`;
  const [kind, version, , , own] = ancillary;
  if (version !== formatVersion || own !== formatVersion) return `the versions are ${version} and ${own}`;
  const kinds: readonly (number | undefined)[] = Object.values(streamKinds);
  return kinds.includes(kind) ? undefined : `the kind is ${kind}`;
}
