import { bytesOf, elementBits } from '../../../../graph/data-type.ts';
import { integersOf } from '../integers.ts';
import { tensorOf } from '../rule.ts';
import { extents } from '../words.ts';
import { fromStart, type OwnRules, ownRule, product, shapeOf } from './own-rule.ts';

/** Rules of kernels that give the same elements another shape, or fill one. */
export const shapeRules: OwnRules = {
  'reshaped-elements': ownRule(
    'unsupported-shape',
    'needs as many elements in `output` as in `input`, and at most one extent of `output` left open',
    (place) => {
      const input = shapeOf(place, 'input');
      const output = tensorOf(place, 'output')?.shape;
      if (input === undefined || output === undefined) return undefined;
      const known = output.filter((extent): extent is number => typeof extent === 'number');
      // The old way to write a scalar.
      const isScalar = place.operator.inputs.length === 1 && output.length === 1 && output[0] === 0;
      const fits = isScalar
        ? product(input) === 1
        : known.length === output.length
          ? product(input) === product(known)
          : output.length - known.length === 1 && product(input) % product(known) === 0;
      return fits ? undefined : `shapes are ${extents(output)} and ${extents(input)}`;
    },
  ),
  'squeezed-axes': ownRule('unsupported-shape', 'removes only axes of one element', (place) => {
    const input = shapeOf(place, 'input');
    const axes = place.operator.attributes.squeeze_dims;
    if (input === undefined || axes?.kind !== 'ints') return undefined;
    const other = axes.value.find((axis) => input[fromStart(axis, input.length)] !== 1);
    return other === undefined ? undefined : `axis ${other} of ${extents(input)} is to go`;
  }),
  'same-bytes': ownRule('unsupported-shape', 'needs as many bytes in `output` as in `input`', (place) => {
    const sizes = ['input', 'output'].map((name) => {
      const [tensor, shape] = [tensorOf(place, name), shapeOf(place, name)];
      if (tensor === undefined || shape === undefined || elementBits(tensor.dtype) === 0) return undefined;
      return bytesOf(tensor.dtype, product(shape));
    });
    const [input, output] = sizes;
    if (input === undefined || output === undefined || input === output) return undefined;
    return `there are ${output} and ${input}`;
  }),
  'expanded-extents': ownRule(
    'unsupported-shape',
    'needs in `output` the extents of `input` with a 1 at `axis`',
    (place) => {
      const [input, output] = [shapeOf(place, 'input'), shapeOf(place, 'output')];
      const [axis] = integersOf(tensorOf(place, 'axis')) ?? [];
      if (input === undefined || output === undefined || axis === undefined) return undefined;
      const at = fromStart(axis, input.length + 1);
      const wanted = [...input.slice(0, at), 1, ...input.slice(at)];
      return at >= 0 && at <= input.length && extents(wanted) === extents(output)
        ? undefined
        : `shapes are ${extents(output)} and ${extents(input)}, and \`axis\` is ${axis}`;
    },
  ),
  'broadcast-extents': ownRule(
    'unsupported-shape',
    'needs the shape of `output` to be what `shape` says, and each extent of `input` to be 1 or the same',
    (place) => {
      const [input, output] = [shapeOf(place, 'input'), shapeOf(place, 'output')];
      const wanted = integersOf(tensorOf(place, 'shape'));
      if (input === undefined || output === undefined || wanted === undefined) return undefined;
      const offset = output.length - input.length;
      const fits =
        extents(output) === extents(wanted) &&
        offset >= 0 &&
        input.every((extent, axis) => extent === 1 || extent === wanted[offset + axis]);
      return fits ? undefined : `they are ${extents(output)}, ${extents(wanted)} and ${extents(input)}`;
    },
  ),
  'filled-extents': ownRule('unsupported-shape', 'needs the shape of `output` to be what `shape` says', (place) => {
    const output = shapeOf(place, 'output');
    const wanted = integersOf(tensorOf(place, 'shape'));
    if (output === undefined || wanted === undefined || extents(output) === extents(wanted)) return undefined;
    return `they are ${extents(output)} and ${extents(wanted)}`;
  }),
  'select-extents': ownRule(
    'unsupported-shape',
    'needs extents of `condition`, `first` and `second` that are equal or 1, and those of `output` to be the larger',
    (place) => {
      const shapes = ['condition', 'first', 'second'].flatMap((name) => {
        const shape = shapeOf(place, name);
        return shape === undefined ? [] : [shape];
      });
      const output = shapeOf(place, 'output');
      if (shapes.length < 3 || output === undefined) return undefined;
      const [first = []] = shapes;
      const isSame = shapes.every((shape) => extents(shape) === extents(first));
      const isScalar = [...shapes, output].every((shape) => product(shape) === 1);
      const rank = Math.max(...shapes.map((shape) => shape.length));
      const padded = shapes.map((shape) => [...new Array<number>(rank - shape.length).fill(1), ...shape]);
      const wanted = Array.from({ length: rank }, (_, axis) => Math.max(...padded.map((shape) => shape[axis] ?? 1)));
      const broadcasts = padded.every((shape) =>
        shape.every((extent, axis) => extent === 1 || extent === wanted[axis]),
      );
      return isSame || isScalar || (broadcasts && extents(output) === extents(wanted))
        ? undefined
        : `shapes are ${shapes.map(extents).join(', ')} and ${extents(output)}`;
    },
  ),
};
