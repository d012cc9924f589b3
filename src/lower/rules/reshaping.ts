import { intsAttribute } from '../../graph/access.ts';
import type { Operator } from '../../graph/graph.ts';
import { asInOnnx, product } from '../arrangement.ts';
import { transposed } from '../axes.ts';
import { inputOf, type Lowerer, type Lowerings, outputOf } from '../lowerer.ts';
import { castOptions } from './elementwise.ts';

/**
 * What only says how elements are to be read. Nothing is computed: an arrangement stays the same under another shape,
 * and a transposition renames its strides. RESHAPE and TRANSPOSE appear where somebody needs the elements in another order.
 *
 *     x ─▶ Reshape ─▶ y          y is x
 *     x ─▶ Transpose ─▶ y        y is x, whose axes have other names
 */
export const reshapingLowerings: Lowerings = {
  Reshape: asBefore,
  Flatten: asBefore,
  Squeeze: asBefore,
  Unsqueeze: asBefore,
  Identity: asBefore,
  Dropout: asBefore,
  Transpose: transpose,
  Expand: expand,
  Tile: tile,
  Cast: cast,
};

function asBefore(lowerer: Lowerer, operator: Operator) {
  lowerer.alias(outputOf(operator), inputOf(operator, 0));
}

function transpose(lowerer: Lowerer, operator: Operator) {
  const [input, output] = [inputOf(operator, 0), outputOf(operator)];
  const shape = lowerer.shapeOf(input);
  const permutation = intsAttribute(operator, 'perm') ?? shape.map((_, axis) => shape.length - 1 - axis);
  if (transposed(lowerer.native(input).arrangement, shape, permutation) === undefined) lowerer.asInOnnx(input);
  for (const version of lowerer.versionsOf(input)) {
    const arrangement = transposed(version.arrangement, shape, permutation);
    if (arrangement !== undefined) lowerer.define(output, version.tensor, arrangement);
  }
}

/** BROADCAST_TO; the same elements where nothing is repeated. */
function expand(lowerer: Lowerer, operator: Operator) {
  const [input, output] = [inputOf(operator, 0), outputOf(operator)];
  const [from, to] = [lowerer.shapeOf(input), lowerer.shapeOf(output)];
  if (product(from) === product(to)) return lowerer.alias(output, input);
  if (to.length > 5) return lowerer.refuse(operator, 'TensorFlow Lite Micro broadcasts to at most 5 axes');
  const shape = lowerer.constant(`${lowerer.nameOf(output)}/shape`, 'int32', [to.length], to);
  const result = lowerer.emit(
    'BROADCAST_TO',
    [lowerer.asInOnnx(input), shape],
    to,
    {},
    { name: lowerer.nameOf(output) },
  );
  lowerer.define(output, result, asInOnnx(to));
}

/** Copies joined along each axis that is repeated; TensorFlow Lite Micro has no TILE. */
function tile(lowerer: Lowerer, operator: Operator) {
  const [input, output] = [inputOf(operator, 0), outputOf(operator)];
  const target = lowerer.shapeOf(output);
  const { tensor, axes } = lowerer.view(input);
  const name = lowerer.nameOf(output);
  let current = tensor;
  for (const [place, axis] of axes.entries()) {
    const extents = lowerer.tensorShape(current);
    const extent = extents[place] ?? 1;
    const copies = axis < 0 ? 1 : (target[axis] ?? 1) / extent;
    if (copies === 1) continue;
    const shape = extents.map((length, index) => (index === place ? length * copies : length));
    if (copies <= 10) {
      current = lowerer.emit(
        'CONCATENATION',
        new Array<number>(copies).fill(current),
        shape,
        { axis: place },
        { name },
      );
    } else if (extent === 1) {
      const wanted = lowerer.constant(`${name}/shape`, 'int32', [shape.length], shape);
      current = lowerer.emit('BROADCAST_TO', [current, wanted], shape, {}, { name });
    } else
      return lowerer.refuse(
        operator,
        `it repeats an axis of ${extent} ${copies} times; TensorFlow Lite Micro joins at most 10`,
      );
  }
  if (current === tensor) return lowerer.alias(output, input);
  lowerer.defineAxes(output, current, axes);
}

/** CAST; nothing where both types are the same one in TensorFlow Lite. */
function cast(lowerer: Lowerer, operator: Operator) {
  const [input, output] = [inputOf(operator, 0), outputOf(operator)];
  const to = lowerer.typeOf(output);
  const { tensor, shape, arrangement } = lowerer.native(input);
  const from = lowerer.tensorType(tensor);
  if (from === to) return lowerer.alias(output, input);
  if (to !== 'bool') {
    const result = { name: lowerer.nameOf(output), dtype: to };
    return lowerer.define(output, lowerer.emit('CAST', [tensor], shape, castOptions(from, to), result), arrangement);
  }
  const zero = lowerer.constant('zero', from, [1], [0]);
  const result = { name: lowerer.nameOf(output), dtype: to };
  lowerer.define(output, lowerer.emit('NOT_EQUAL', [tensor, zero], shape, {}, result), arrangement);
}
