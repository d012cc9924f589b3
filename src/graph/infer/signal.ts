import { intAttribute } from '../access.ts';
import { normalAxis } from '../evaluate/indexing.ts';
import type { Dimension } from '../graph.ts';
import { compute, integersOf } from './fact.ts';
import { like, type Rule, type Rules, shapeOf } from './node.ts';

const half = (size: Dimension): Dimension => compute((n) => Math.floor(n / 2) + 1, size);

/** `DFT`: the last extent is 1 (real) or 2 (complex); `axis` is an attribute up to opset 19 (default 1), an input from 20 (default −2). */
const dft: Rule = (node) => {
  const input = shapeOf(node, 0);
  if (input === undefined) return like(node, undefined);
  const given: Dimension =
    node.operator.version >= 20
      ? node.inputs[2] === undefined
        ? -2
        : (integersOf(node.inputs[2])?.[0] ?? '?')
      : intAttribute(node.operator, 'axis', 1);
  const axis = typeof given === 'number' ? normalAxis(given, input.length) : undefined;
  if (axis === undefined) return like(node, undefined);
  const onesided = intAttribute(node.operator, 'onesided', 0) !== 0;
  const inverse = intAttribute(node.operator, 'inverse', 0) !== 0;
  const own = input[axis] ?? '?';
  // Half a spectrum of n bins comes from a signal of 2 (n − 1) samples.
  const natural = onesided && inverse ? compute((bins) => 2 * (bins - 1), own) : own;
  const length = node.inputs[1] === undefined ? natural : (integersOf(node.inputs[1])?.[0] ?? '?');
  const extent = onesided && !inverse ? half(length) : length;
  return like(
    node,
    input.map((old, at) => (at === input.length - 1 ? (onesided && inverse ? 1 : 2) : at === axis ? extent : old)),
  );
};

/** `STFT`: signal [batch, length, 1 or 2] to [batch, frames, bins, 2]; the frame length is input 3, or the window's. */
const stft: Rule = (node) => {
  const signal = shapeOf(node, 0);
  const step = integersOf(node.inputs[1])?.[0] ?? '?';
  const frame =
    node.inputs[3] === undefined ? (shapeOf(node, 2)?.[0] ?? '?') : (integersOf(node.inputs[3])?.[0] ?? '?');
  const frames = compute((length, size, hop) => Math.floor((length - size) / hop) + 1, signal?.[1] ?? '?', frame, step);
  const onesided = intAttribute(node.operator, 'onesided', 1) !== 0;
  return like(node, [signal?.[0] ?? '?', frames, onesided ? half(frame) : frame, 2]);
};

/** Fourier transforms. */
export const signalRules: Rules = { DFT: dft, STFT: stft };
