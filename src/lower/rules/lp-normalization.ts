import { intAttribute } from '../../graph/access.ts';
import type { Operator } from '../../graph/graph.ts';
import { axisFromFront, inputOf, type Lowerer, outputOf } from '../lowerer.ts';
import { scalar } from './elementwise.ts';
import { reduce } from './reductions.ts';

/** Of the positive float32 that are not subnormal. */
const smallest = 2 ** -126;

/**
 * x / (sum |x|) or x / sqrt(sum x²) along one axis; zeros where all of it is zero.
 *
 *     x ─▶ LpNormalization, p 2 ─▶ y      x ─┬─▶ SQUARE ─▶ SUM ─▶ SQRT ─▶ MAXIMUM of it and the smallest normal number ─▶ DIV ─▶ y
 *                                            └────────────────────────────────────────────────────────────────────────▲
 */
export function lpNormalization(lowerer: Lowerer, operator: Operator) {
  const [input, output] = [inputOf(operator, 0), outputOf(operator)];
  const shape = lowerer.shapeOf(input);
  const axis = axisFromFront(intAttribute(operator, 'axis', -1), shape.length);
  const name = lowerer.nameOf(output);
  const { tensor, axes, shape: stored } = lowerer.view(input);
  const place = axes.indexOf(axis);
  const isSquare = intAttribute(operator, 'p', 2) === 2;
  const sizes = lowerer.emit(isSquare ? 'SQUARE' : 'ABS', [tensor], stored);
  const sum = reduce(lowerer, 'SUM', sizes, [place], `${name}/sum`);
  const norm = isSquare ? lowerer.emit('SQRT', [sum], lowerer.tensorShape(sum)) : sum;
  const divisor = lowerer.emit('MAXIMUM', [norm, scalar(lowerer, smallest)], lowerer.tensorShape(norm));
  lowerer.defineAxes(output, lowerer.emit('DIV', [tensor, divisor], stored, {}, { name }), axes);
}
