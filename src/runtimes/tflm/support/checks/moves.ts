import { intAttribute } from '../../../../graph/access.ts';
import { integersOf } from '../integers.ts';
import { tensorOf } from '../rule.ts';
import { extents } from '../words.ts';
import { fromStart, type OwnRules, ownRule, product, shapeOf } from './own-rule.ts';
import { slicedExtents } from './sliced-extents.ts';

/** Rules of kernels that move elements. */
export const moveRules: OwnRules = {
  'axis-in-range': ownRule('unsupported-shape', 'needs an `axis` that `input` has', (place) => {
    const input = shapeOf(place, 'input');
    const [axis] = integersOf(tensorOf(place, 'axis')) ?? [];
    if (input === undefined || axis === undefined) return undefined;
    const at = fromStart(axis, input.length);
    return at >= 0 && at < input.length ? undefined : `it is ${axis} for ${extents(input)}`;
  }),
  'sliced-extents': ownRule(
    'unsupported-shape',
    'needs strides other than 0, and in `output` the extents that `begin`, `end` and `strides` leave',
    (place) => {
      const output = shapeOf(place, 'output');
      const wanted = slicedExtents(place);
      if (wanted === 'no stride') return 'a stride is 0';
      if (output === undefined || wanted === undefined || extents(output) === extents(wanted)) return undefined;
      return `they are ${extents(output)} and not ${extents(wanted)}`;
    },
  ),
  'updated-extents': ownRule(
    'unsupported-shape',
    'needs in `update` as many dimensions as in `input`, none of them larger, and in `begin` a number for each',
    (place) => {
      const [input, update, begin] = ['input', 'update', 'begin'].map((name) => shapeOf(place, name));
      if (!input || !update || !begin) return undefined;
      const fits =
        update.length === input.length &&
        begin[0] === input.length &&
        update.every((extent, axis) => extent <= (input[axis] ?? 0));
      return fits ? undefined : `shapes are ${extents(update)}, ${extents(input)} and ${extents(begin)}`;
    },
  ),
  'gathered-axis': ownRule(
    'unsupported-shape',
    'needs an axis that `input` has, and no more batch dimensions than that, equal in `input` and `positions`',
    (place) => {
      const [input, positions] = [shapeOf(place, 'input'), shapeOf(place, 'positions')];
      if (input === undefined || positions === undefined) return undefined;
      const axis = fromStart(intAttribute(place.operator, 'axis', 0), input.length);
      const batches = fromStart(intAttribute(place.operator, 'batch_dims', 0), positions.length);
      const fits =
        axis >= 0 &&
        axis < input.length &&
        batches >= 0 &&
        batches <= axis &&
        batches <= positions.length &&
        input.slice(0, batches).every((extent, at) => extent === positions[at]);
      return fits ? undefined : `shapes are ${extents(input)} and ${extents(positions)}, the axis is ${axis}`;
    },
  ),
  'gathered-depth': ownRule(
    'unsupported-shape',
    'needs a last extent of `positions` of at most 5, and no more than `input` has dimensions',
    (place) => {
      const [input, positions] = [shapeOf(place, 'input'), shapeOf(place, 'positions')];
      const depth = positions?.at(-1);
      if (input === undefined || depth === undefined) return undefined;
      return depth <= Math.min(5, input.length) ? undefined : `it is ${depth}, for ${extents(input)}`;
    },
  ),
  'padded-extents': ownRule(
    'unsupported-shape',
    'needs in `output` the extents of `input` and its `paddings`, two for each dimension',
    (place) => {
      const [input, output] = [shapeOf(place, 'input'), shapeOf(place, 'output')];
      const paddings = integersOf(tensorOf(place, 'paddings'));
      if (input === undefined || output === undefined || paddings === undefined) return undefined;
      const wanted = input.map((extent, axis) => extent + (paddings[2 * axis] ?? 0) + (paddings[2 * axis + 1] ?? 0));
      return paddings.length === 2 * output.length && extents(wanted) === extents(output)
        ? undefined
        : `they are ${extents(output)}, of ${extents(input)} and ${extents(paddings)}`;
    },
  ),
  'padding-per-axis': ownRule(
    'unsupported-shape',
    'needs a row of `paddings` for each dimension of `input`',
    (place) => {
      const [input, paddings] = [shapeOf(place, 'input'), shapeOf(place, 'paddings')];
      if (input === undefined || paddings === undefined || paddings[0] === input.length) return undefined;
      return `there are ${paddings[0]} for ${extents(input)}`;
    },
  ),
  'order-of-axes': ownRule('unsupported-shape', 'needs in `order` an axis for each dimension of `input`', (place) => {
    const input = shapeOf(place, 'input');
    const order = integersOf(tensorOf(place, 'order'));
    if (input === undefined || order === undefined) return undefined;
    const fits = order.length === input.length && order.every((axis) => axis >= 0 && axis < input.length);
    return fits ? undefined : `it is ${extents(order)} for ${extents(input)}`;
  }),
  // Source: arm_transpose_s8.c; the kernel does not look at the error and leaves `output` as it was.
  'transposed-bytes': ownRule(
    'unsupported-shape',
    'takes `input` of at most 4 dimensions when it computes in int8',
    (place) => {
      const input = tensorOf(place, 'input');
      const rank = input?.shape?.length ?? 0;
      return input?.dtype !== 'int8' || rank <= 4 ? undefined : `it has ${rank}`;
    },
  ),
  'reversed-axes': ownRule('unsupported-shape', 'reverses axes that `input` has and that are side by side', (place) => {
    const input = shapeOf(place, 'input');
    const count = shapeOf(place, 'axes')?.[0];
    if (input === undefined || count === undefined) return undefined;
    if (count > input.length) return `there are ${count} for ${extents(input)}`;
    const axes = integersOf(tensorOf(place, 'axes'))?.map((axis) => fromStart(axis, input.length));
    const sorted = axes?.toSorted((a, b) => a - b) ?? [];
    const fits = sorted.every(
      (axis, at) => axis >= 0 && axis < input.length && (at === 0 || axis === (sorted[at - 1] ?? 0) + 1),
    );
    return fits ? undefined : `they are ${extents(sorted)} of ${extents(input)}`;
  }),
  'depth-to-space-extents': ownRule(
    'unsupported-shape',
    'needs a block size above 0 by which `output` is higher and wider than `input`, and by whose square shallower',
    (place) => {
      const [input, output] = [shapeOf(place, 'input'), shapeOf(place, 'output')];
      const block = intAttribute(place.operator, 'block_size', 0);
      if (input === undefined || output === undefined) return undefined;
      const fits =
        block > 0 &&
        input[1] === Math.floor((output[1] ?? 0) / block) &&
        input[2] === Math.floor((output[2] ?? 0) / block) &&
        input[3] === (output[3] ?? 0) * block * block;
      return fits ? undefined : `it is ${block}, for ${extents(input)} and ${extents(output)}`;
    },
  ),
  'space-to-depth-extents': ownRule(
    'unsupported-shape',
    'needs a block size by which `input` is higher and wider than `output`',
    (place) => {
      const [input, output] = [shapeOf(place, 'input'), shapeOf(place, 'output')];
      const block = intAttribute(place.operator, 'block_size', 0);
      if (input === undefined || output === undefined) return undefined;
      const fits = input[1] === (output[1] ?? 0) * block && input[2] === (output[2] ?? 0) * block;
      return fits ? undefined : `it is ${block}, for ${extents(input)} and ${extents(output)}`;
    },
  ),
  'corners-or-centres': ownRule(
    'unsupported-option',
    'takes align_corners or half_pixel_centers, not both',
    ({ operator }) => {
      const both = ['align_corners', 'half_pixel_centers'].every((name) => intAttribute(operator, name, 0) === 1);
      return both ? 'both are set' : undefined;
    },
  ),
  'height-and-width': ownRule('unsupported-shape', 'needs two numbers in `size`, height and width', (place) => {
    const size = shapeOf(place, 'size');
    return size === undefined || product(size) === 2 ? undefined : `its shape is ${extents(size)}`;
  }),
};
