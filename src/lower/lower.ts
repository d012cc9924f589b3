import { UserError } from '../errors.ts';
import { checkExtents } from '../graph/check-extents.ts';
import type { ConstantValue } from '../graph/evaluate/constant-value.ts';
import { evaluate } from '../graph/evaluate/evaluate.ts';
import type { Graph, Operator, TensorId } from '../graph/graph.ts';
import { inferShapes } from '../graph/infer-shapes.ts';
import { multiplyByReciprocals } from '../passes/multiply-by-reciprocals.ts';
import { asInOnnx, isSame } from './arrangement.ts';
import { channelsLastAxes, ofAxes, shapeOfAxes } from './axes.ts';
import { checkOperator } from './check-operator.ts';
import { expandQuantized } from './expand-quantized.ts';
import { finishGraph } from './finish.ts';
import { isImageInput } from './input-layout.ts';
import { loweringOf } from './lowerings.ts';
import { placeOf } from './onnx-side.ts';
import { type OpenLowerer, openLowerer } from './open-lowerer.ts';

/** How an input or output of the TensorFlow Lite graph lies beside that of the ONNX graph. */
export interface Layout {
  readonly name: string;
  /** By axis of the TensorFlow Lite tensor, the ONNX axis: `[0, 2, 3, 1]` is an image that is channels-last now. */
  readonly axes: readonly number[];
}

/** A lowered graph. */
export interface Lowered {
  readonly graph: Graph;
  /** By float tensor of the TensorFlow Lite graph: the ONNX tensor that has the same values, in whatever layout. */
  readonly origins: ReadonlyMap<TensorId, TensorId>;
  /** In the order of the graph's inputs and outputs. */
  readonly inputs: readonly Layout[];
  readonly outputs: readonly Layout[];
}

/**
 * The TensorFlow Lite graph that computes what an ONNX graph does: `lowerToTflite(simplifyOnnx(inferShapes(graph, dimensions)))`.
 *
 * Images are channels-last there, at inputs and outputs too (`inputs`, `outputs` say which); every other tensor lies as its reader needs it.
 * Names of inputs, outputs and, where they are still computed, of tensors are kept. 64-bit integers become int32.
 * @throws UserError that names the operator, its place and the reason where something has no counterpart
 */
export function lowerToTflite(graph: Graph): Lowered {
  if (graph.dialect !== 'onnx') throw new RangeError(`a graph of dialect ${graph.dialect} is not ONNX`);
  // What simplifying adds has no shape yet.
  const isShaped = graph.tensors.every(({ shape }) => shape !== undefined);
  const lowered = lowerWhole(isShaped ? graph : inferShapes(graph));
  checkExtents(lowered.graph);
  return lowered;
}

function lowerWhole(graph: Graph): Lowered {
  const lowerer = openLowerer(multiplyByReciprocals(expandQuantized(graph)), lowerOperators);
  const inputs = graph.inputs.map((id) => defineInput(lowerer, id));
  lowerOperators(lowerer);
  const taken = new Set<TensorId>(inputs.map(({ tensor }) => tensor));
  const outputs = graph.outputs.map((id) => outputOf(lowerer, id, taken));
  return {
    ...finishGraph(
      lowerer,
      inputs.map(({ tensor }) => tensor),
      outputs.map(({ tensor }) => tensor),
    ),
    inputs: inputs.map(({ layout }) => layout),
    outputs: outputs.map(({ layout }) => layout),
  };
}

interface Placed {
  readonly tensor: TensorId;
  readonly layout: Layout;
}

function defineInput(lowerer: OpenLowerer, id: TensorId): Placed {
  const shape = lowerer.shapeOf(id);
  const axes = isImageInput(lowerer.graph, id) ? channelsLastAxes(shape.length) : shape.map((_, axis) => axis);
  const name = lowerer.nameOf(id);
  const tensor = lowerer.add({ name, dtype: lowerer.typeOf(id), shape: shapeOfAxes(shape, axes) });
  lowerer.defineAxes(id, tensor, axes);
  return { tensor, layout: { name, axes } };
}

function lowerOperators(lowerer: OpenLowerer): void {
  for (const operator of lowerer.graph.operators) lowerOperator(lowerer, operator);
}

/** Applies the rule for an operator, after computing ahead what follows from constants alone. */
function lowerOperator(lowerer: OpenLowerer, operator: Operator): void {
  if (computeAhead(lowerer, operator)) return;
  const lowering = loweringOf(operator);
  if (lowering === undefined) lowerer.refuse(operator, 'TensorFlow Lite Micro has no counterpart of this operator');
  else {
    withPlace(lowerer.graph, operator, () => {
      checkOperator(lowerer, operator);
      lowering(lowerer, operator);
    });
  }
}

/** Messages about a tensor name the operator too. */
function withPlace(graph: Graph, operator: Operator, run: () => void): void {
  try {
    run();
  } catch (error) {
    const place = placeOf(graph, operator);
    if (error instanceof RangeError) throw new RangeError(`${place}: ${error.message}`, { cause: error });
    if (!(error instanceof UserError) || error.message.startsWith(place)) throw error;
    throw new UserError(`${place}: ${error.message}`);
  }
}

function computeAhead(lowerer: OpenLowerer, operator: Operator): boolean {
  const inputs: (ConstantValue | undefined)[] = [];
  for (const id of operator.inputs) {
    const value = id === null ? undefined : lowerer.constantOf(id);
    if (id !== null && value === undefined) return false;
    inputs.push(value);
  }
  const results = evaluate(operator, inputs);
  if (results === undefined) return false;
  operator.outputs.forEach((id, index) => {
    const value = results[index];
    if (id !== null && value !== undefined) lowerer.setConstant(id, value);
  });
  return true;
}

/** An output as it lies, where that is channels-last, else as in ONNX; a tensor of its own with the output's name. */
function outputOf(lowerer: OpenLowerer, id: TensorId, taken: Set<TensorId>): Placed {
  const shape = lowerer.shapeOf(id);
  const name = lowerer.nameOf(id);
  const last = channelsLastAxes(shape.length);
  const { arrangement, shape: lies } = lowerer.native(id);
  const isLast = isSame(arrangement, ofAxes(shape, last));
  const isTold = !isSame(arrangement, asInOnnx(shape)) || lies.join() === shapeOfAxes(shape, last).join();
  const isImage = shape.length === 4 && isLast && isTold;
  const axes = isImage ? last : shape.map((_, axis) => axis);
  const there = lowerer.withAxes(id, axes);
  const isOwn = !taken.has(there) && lowerer.tensors[there]?.data === undefined;
  const tensor = isOwn ? there : copy(lowerer, there);
  taken.add(tensor);
  lowerer.rename(tensor, name);
  return { tensor, layout: { name, axes } };
}

/** What is an input, a constant or another output already gets a copy. */
function copy(lowerer: OpenLowerer, tensor: TensorId): TensorId {
  const shape = lowerer.tensorShape(tensor);
  const wanted = lowerer.constant('shape', 'int32', [shape.length], shape);
  return lowerer.emit('RESHAPE', [tensor, wanted], shape);
}
