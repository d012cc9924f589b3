import { floatAttribute, intAttribute } from '../../graph/access.ts';
import type { Operator, TensorId } from '../../graph/graph.ts';
import { asInOnnx, at } from '../arrangement.ts';
import { ofAxes } from '../axes.ts';
import { inputOf, type Lowerer, type Lowerings, outputOf } from '../lowerer.ts';
import { scalar } from './elementwise.ts';

/**
 * Attention as matrix products.
 *
 *     Q, K, V ─▶ Attention ─▶ y      BATCH_MATMUL Q, Kᵀ ─▶ (ADD mask) ─▶ SOFTMAX ─▶ BATCH_MATMUL with V ─▶ y
 *
 * The scale is SOFTMAX's beta where nothing is added before it.
 */
export const attentionLowerings: Lowerings = { Attention: attention };

/** What is added where a position must not be seen; its exponential is 0. */
const unseen = -1e9;

function attention(lowerer: Lowerer, operator: Operator) {
  const output = outputOf(operator);
  const ids = [0, 1, 2].map((position) => inputOf(operator, position)) as [TensorId, TensorId, TensorId];
  if (operator.inputs.slice(4).some((id) => id !== null) || operator.outputs.slice(1).some((id) => id !== null)) {
    return lowerer.refuse(operator, 'it keeps keys and values of earlier calls, or gives its scores');
  }
  if (floatAttribute(operator, 'softcap', 0) !== 0) return lowerer.refuse(operator, 'it caps its scores');
  const [query, key, value] = [
    heads(lowerer, operator, ids[0], 'q_num_heads'),
    heads(lowerer, operator, ids[1], 'kv_num_heads'),
    heads(lowerer, operator, ids[2], 'kv_num_heads'),
  ];
  const [batch = 1, count = 1, rows = 1, depth = 1] = lowerer.tensorShape(query);
  const [, others = 1, columns = 1] = lowerer.tensorShape(key);
  if (count !== others) return lowerer.refuse(operator, 'queries share keys and values in groups');
  const name = lowerer.nameOf(output);
  const scale = floatAttribute(operator, 'scale', 1 / Math.sqrt(depth));
  const shape = [batch, count, rows, columns];
  const options = { adj_x: false, adj_y: true };
  const scores = lowerer.emit('BATCH_MATMUL', [query, key], shape, options, { name: `${name}/scores` });
  const mask = maskOf(lowerer, operator, rows, columns);
  const masked = mask === undefined ? scores : addMask(lowerer, scores, mask, scale, shape);
  const beta = mask === undefined ? scale : 1;
  const weights = lowerer.emit('SOFTMAX', [masked], shape, { beta: { float: beta } }, { name: `${name}/weights` });
  const width = at(lowerer.tensorShape(value), 3);
  const result = lowerer.emit(
    'BATCH_MATMUL',
    [weights, value],
    [batch, count, rows, width],
    { adj_x: false, adj_y: false },
    { name },
  );
  const to = lowerer.shapeOf(output);
  // Three axes: [batch, rows, heads · width], stored with the heads outside the rows.
  lowerer.define(output, result, to.length === 4 ? asInOnnx(to) : ofAxes([batch, rows, count, width], [0, 2, 1, 3]));
}

/** [batch, heads, rows, depth], whether or not ONNX has the heads as an axis of their own. */
function heads(lowerer: Lowerer, operator: Operator, id: TensorId, name: string): TensorId {
  const shape = lowerer.shapeOf(id);
  if (shape.length === 4) return lowerer.asInOnnx(id);
  const count = intAttribute(operator, name, 1);
  const [batch = 1, rows = 1, width = 1] = shape;
  const depth = width / count;
  if (!Number.isInteger(depth)) lowerer.refuse(operator, `its ${width} columns are not ${count} heads of one size`);
  return lowerer.stored(id, ofAxes([batch, rows, count, depth], [0, 2, 1, 3]), [batch, count, rows, depth]);
}

/** What is added to the scores; `undefined` for nothing. */
function maskOf(lowerer: Lowerer, operator: Operator, rows: number, columns: number): TensorId | undefined {
  const given = operator.inputs[3] ?? undefined;
  const { left, right } = windowOf(operator);
  const isWindowed = left < Number.POSITIVE_INFINITY || right < Number.POSITIVE_INFINITY;
  if (given !== undefined && (isWindowed || lowerer.typeOf(given) === 'bool')) {
    return lowerer.refuse(operator, 'its mask is of truth values, or there are two');
  }
  if (given !== undefined) return lowerer.asInOnnx(given);
  if (!isWindowed) return undefined;
  const numbers = Float32Array.from({ length: rows * columns }, (_, index) => {
    const ahead = (index % columns) - Math.floor(index / columns);
    return ahead > right || -ahead > left ? unseen : 0;
  });
  return lowerer.constant(`${lowerer.nameOf(outputOf(operator))}/window`, 'float32', [rows, columns], numbers);
}

/** Positions before and after its own that a query sees. */
function windowOf(operator: Operator): { readonly left: number; readonly right: number } {
  const size = (name: string): number => {
    const given = intAttribute(operator, name, -1);
    return given < 0 ? Number.POSITIVE_INFINITY : given;
  };
  const isCausal = intAttribute(operator, 'is_causal', 0) !== 0;
  return { left: size('left_window_size'), right: isCausal ? 0 : size('right_window_size') };
}

function addMask(
  lowerer: Lowerer,
  scores: TensorId,
  mask: TensorId,
  scale: number,
  shape: readonly number[],
): TensorId {
  const scaled = lowerer.emit('MUL', [scores, scalar(lowerer, scale)], shape);
  return lowerer.emit('ADD', [scaled, mask], shape);
}
