import { intAttribute } from '../../graph/access.ts';
import type { Operator } from '../../graph/graph.ts';
import { asInOnnx, product } from '../arrangement.ts';
import { axisFromFront, inputOf, type Lowerer, type Lowerings, outputOf } from '../lowerer.ts';

/**
 * SOFTMAX and LOG_SOFTMAX work along the last axis; another one is brought there. Channels are there already.
 *
 *     x [N, C, H, W] ─▶ Softmax, axis 1 ─▶ y      x NHWC ─▶ SOFTMAX ─▶ y NHWC
 *     x [N, C, H, W] ─▶ Softmax, axis 2 ─▶ y      x NHWC ─▶ TRANSPOSE to NWCH ─▶ SOFTMAX ─▶ y NWCH
 *
 * Before opset 13 all axes from `axis` on are one.
 */
export const softmaxLowerings: Lowerings = {
  Softmax: (lowerer, operator) => softmax(lowerer, operator, 'SOFTMAX'),
  LogSoftmax: (lowerer, operator) => softmax(lowerer, operator, 'LOG_SOFTMAX'),
};

function softmax(lowerer: Lowerer, operator: Operator, type: string) {
  const [input, output] = [inputOf(operator, 0), outputOf(operator)];
  const shape = lowerer.shapeOf(input);
  const isFlat = operator.version < 13;
  const axis = axisFromFront(intAttribute(operator, 'axis', isFlat ? 1 : -1), shape.length);
  const options = type === 'SOFTMAX' ? { beta: { float: 1 } } : {};
  const name = lowerer.nameOf(output);
  const inner = shape.slice(axis);
  if (isFlat && inner.filter((extent) => extent > 1).length > 1) {
    const flat = [product(shape.slice(0, axis)), product(inner)];
    const from = lowerer.stored(input, asInOnnx(shape), flat);
    return lowerer.define(output, lowerer.emit(type, [from], flat, options, { name }), asInOnnx(shape));
  }
  // One axis at most is longer than 1 among those of old opsets.
  const along = isFlat ? Math.max(axis, axis + inner.findIndex((extent) => extent > 1)) : axis;
  const view = lowerer.view(input);
  const isLast = view.axes.at(-1) === along;
  const axes = isLast ? view.axes : [...view.axes.filter((other) => other >= 0 && other !== along), along];
  const from = isLast ? view.tensor : lowerer.withAxes(input, axes);
  lowerer.defineAxes(output, lowerer.emit(type, [from], lowerer.tensorShape(from), options, { name }), axes);
}
