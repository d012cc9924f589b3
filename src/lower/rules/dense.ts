import { floatAttribute, intAttribute } from '../../graph/access.ts';
import type { Operator, TensorId } from '../../graph/graph.ts';
import {
  type Arrangement,
  asInOnnx,
  boundariesOfShape,
  canonical,
  isSame,
  onnxPlaces,
  product,
  refined,
} from '../arrangement.ts';
import { inputOf, type Lowerer, type Lowerings, outputOf } from '../lowerer.ts';
import { scalar } from './elementwise.ts';

/**
 * Dense layers and matrix products.
 *
 *     x [N, C·H·W] ─▶ Gemm ─▶ y          x stored as [N, H, W, C] ─▶ FULLY_CONNECTED ─▶ y
 *     B [C·H·W, M] ────┘                 B [M, H·W·C] ────────────────┘
 *
 * After a flattened image the weights' columns are permuted to the order in which the image lies, so nothing is transposed at run time.
 * Products of two computed matrices are BATCH_MATMUL.
 */
export const denseLowerings: Lowerings = { Gemm: gemm, MatMul: matMul };

/** y = α·A·B + β·C, either matrix transposed; TensorFlow Lite's weights are B transposed, with α and β taken in. */
function gemm(lowerer: Lowerer, operator: Operator) {
  const [a, b, output] = [inputOf(operator, 0), inputOf(operator, 1), outputOf(operator)];
  const [alpha, beta] = [floatAttribute(operator, 'alpha', 1), floatAttribute(operator, 'beta', 1)];
  const [transA, transB] = [intAttribute(operator, 'transA', 0) !== 0, intAttribute(operator, 'transB', 0) !== 0];
  refuseIntegers(lowerer, operator);
  const weights = lowerer.numbersIn(b);
  const [rows = 1, units = 1] = lowerer.shapeOf(output);
  const biasId = operator.inputs[2] ?? undefined;
  const bias = lowerer.numbersOf(biasId);
  const isPerUnit =
    biasId === undefined ||
    (bias !== undefined &&
      (bias.length === 1 || bias.length === units) &&
      (rows === 1 || lowerer.shapeOf(biasId).at(-1) !== 1 || bias.length === 1));
  if (!transA && weights !== undefined && isPerUnit) {
    const numbers =
      bias && Float32Array.from({ length: units }, (_, unit) => beta * (bias[bias.length === 1 ? 0 : unit] as number));
    const constant = numbers && lowerer.constant(lowerer.nameOf(biasId as TensorId), 'float32', [units], numbers);
    return dense(lowerer, { input: a, output, weights: b, isTransposed: transB, alpha, bias: constant });
  }
  const shape = [rows, units];
  const name = lowerer.nameOf(output);
  const options = { adj_x: transA, adj_y: transB };
  const product = lowerer.emit('BATCH_MATMUL', [lowerer.asInOnnx(a), lowerer.asInOnnx(b)], shape, options, { name });
  const scaled = alpha === 1 ? product : lowerer.emit('MUL', [product, scalar(lowerer, alpha)], shape, {}, { name });
  if (biasId === undefined) return lowerer.define(output, scaled, asInOnnx(shape));
  const offset = lowerer.asInOnnx(biasId);
  const weighted = beta === 1 ? offset : lowerer.emit('MUL', [offset, scalar(lowerer, beta)], lowerer.shapeOf(biasId));
  lowerer.define(output, lowerer.emit('ADD', [scaled, weighted], shape, {}, { name }), asInOnnx(shape));
}

function matMul(lowerer: Lowerer, operator: Operator) {
  const [a, b, output] = [inputOf(operator, 0), inputOf(operator, 1), outputOf(operator)];
  const [left, right, shape] = [a, b, output].map(lowerer.shapeOf) as [number[], number[], number[]];
  refuseIntegers(lowerer, operator);
  if (right.length === 2 && lowerer.numbersIn(b) !== undefined) {
    return dense(lowerer, { input: a, output, weights: b, isTransposed: false, alpha: 1, bias: undefined });
  }
  if (left.length === 1 || right.length === 1) {
    return lowerer.refuse(operator, 'TensorFlow Lite multiplies matrices only, and one operand is a vector');
  }
  const name = lowerer.nameOf(output);
  const [x, adjX] = matrix(lowerer, a, left);
  const [y, adjY] = matrix(lowerer, b, right);
  const rank = Math.max(left.length, right.length);
  if (rank > 4) {
    if (left.slice(0, -2).join() !== right.slice(0, -2).join()) {
      return lowerer.refuse(operator, 'TensorFlow Lite Micro multiplies matrices in at most 4 axes');
    }
    const flat = (extents: readonly number[]) => [product(extents.slice(0, -2)), ...extents.slice(-2)];
    const inputs = [lowerer.stored(a, asInOnnx(left), flat(left)), lowerer.stored(b, asInOnnx(right), flat(right))];
    return lowerer.define(output, lowerer.emit('BATCH_MATMUL', inputs, flat(shape), {}, { name }), asInOnnx(shape));
  }
  const options = { adj_x: adjX, adj_y: adjY };
  lowerer.define(output, lowerer.emit('BATCH_MATMUL', [x, y], shape, options, { name }), asInOnnx(shape));
}

/** An operand of BATCH_MATMUL: as it lies where only its last two axes are swapped, which the operator can undo. */
function matrix(lowerer: Lowerer, id: TensorId, shape: readonly number[]): readonly [TensorId, boolean] {
  const [rows, columns] = shape.slice(-2) as [number, number];
  const count = product(shape);
  const swapped = canonical([
    { extent: count / (rows * columns), stride: rows * columns },
    { extent: columns, stride: 1 },
    { extent: rows, stride: columns },
  ]);
  if (
    lowerer.constantOf(id) === undefined &&
    rows > 1 &&
    columns > 1 &&
    isSame(lowerer.native(id).arrangement, swapped)
  ) {
    return [lowerer.stored(id, swapped, [...shape.slice(0, -2), columns, rows]), true];
  }
  return [lowerer.asInOnnx(id), false];
}

/** Integers without scales have no counterpart. */
function refuseIntegers(lowerer: Lowerer, operator: Operator): void {
  const type = lowerer.typeOf(inputOf(operator, 0));
  if (type !== 'float32')
    lowerer.refuse(operator, `TensorFlow Lite does not multiply matrices of ${type} that have no scale`);
}

interface Dense {
  readonly input: TensorId;
  readonly output: TensorId;
  readonly weights: TensorId;
  /** Whether ONNX keeps the weights as [units, depth]. */
  readonly isTransposed: boolean;
  readonly alpha: number;
  readonly bias: TensorId | undefined;
}

/** FULLY_CONNECTED takes its input for rows as long as the weights are deep, whatever its shape. */
function dense(lowerer: Lowerer, { input, output, weights, isTransposed, alpha, bias }: Dense) {
  const inputShape = lowerer.shapeOf(input);
  const outputShape = lowerer.shapeOf(output);
  const numbers = lowerer.numbersIn(weights) ?? [];
  const depth = inputShape.at(-1) ?? 1;
  const units = numbers.length / depth;
  const columns = columnsOf(lowerer.native(input).arrangement, inputShape);
  const isKept = columns !== undefined && lowerer.constantOf(input) === undefined;
  const from = isKept ? lowerer.native(input).tensor : lowerer.asInOnnx(input);
  const order = isKept ? onnxPlaces(columns) : Int32Array.from({ length: depth }, (_, place) => place);
  const matrix = new Float32Array(units * depth);
  for (let unit = 0; unit < units; unit++) {
    for (let place = 0; place < depth; place++) {
      const column = order[place] as number;
      matrix[unit * depth + place] =
        alpha * (numbers[isTransposed ? unit * depth + column : column * units + unit] as number);
    }
  }
  const scales = lowerer.scalesOf(weights);
  const isPerUnit = scales !== undefined && (scales.scale.length === 1 || scales.axis === (isTransposed ? 0 : 1));
  const more = isPerUnit && alpha === 1 ? { quantization: { ...scales, axis: 0 } } : {};
  const kernel = lowerer.constant(lowerer.nameOf(weights), 'float32', [units, depth], matrix, more);
  const name = lowerer.nameOf(output);
  const inputs = bias === undefined ? [from, kernel] : [from, kernel, bias];
  const shape = [product(outputShape) / units, units];
  const options = { fused_activation_function: 'NONE', weights_format: 'DEFAULT' };
  lowerer.define(output, lowerer.emit('FULLY_CONNECTED', inputs, shape, options, { name }), asInOnnx(outputShape));
}

/** The order of a row's elements where rows lie one after the other; `undefined` where they do not. */
function columnsOf(arrangement: Arrangement, shape: readonly number[]): Arrangement | undefined {
  const depth = shape.at(-1) ?? 1;
  const factors = refined(arrangement, [...boundariesOfShape([product(shape) / depth, depth])]);
  if (factors === undefined) return undefined;
  const split = factors.findIndex(({ stride }) => stride < depth);
  if (split < 0) return depth === 1 && isSame(arrangement, asInOnnx(shape)) ? [] : undefined;
  const [outer, inner] = [factors.slice(0, split), factors.slice(split)];
  const areRowsInOrder = canonical(outer).length <= 1 && inner.every(({ stride }) => stride < depth);
  return areRowsInOrder ? canonical(inner) : undefined;
}
