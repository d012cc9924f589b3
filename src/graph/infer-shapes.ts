import { isConstant } from './access.ts';
import { checkExtents } from './check-extents.ts';
import { fixableInputs, fixInputs } from './fix-inputs.ts';
import type { Dimension, Graph, Shape, Tensor } from './graph.ts';
import { fact } from './infer/fact.ts';
import { type Facts, propagate } from './infer/propagate.ts';
import { mapNestedGraphs } from './traversal.ts';

/** Numbers for names, by name. */
type Dimensions = Readonly<Record<string, number>>;

/** An extent that was made a number where `dimensions` has its name. */
function named(extent: Dimension, dimensions: ReadonlyMap<string, number>): Dimension {
  return typeof extent === 'number' ? extent : (dimensions.get(extent) ?? extent);
}

/** Extents that a file leaves open: unnamed, named, or (some exporters) zero or negative. */
function isOpen(extent: Dimension | undefined): boolean {
  return typeof extent === 'string' || (typeof extent === 'number' && extent <= 0);
}

/** Open extents of inputs that have no name go by their place, `x[2]`. */
function placeOf(input: string, axis: number): string {
  return `${input}[${axis}]`;
}

/** The names that `dimensions` may set: symbolic extents, places of inputs' extents that have no name, and inputs that are one whole number. */
export function dimensionNames(graph: Graph): readonly string[] {
  const names = graph.inputs.flatMap((id) => {
    const { name = '', shape = [] } = graph.tensors[id] ?? {};
    return shape.flatMap((extent, axis) =>
      !isOpen(extent) ? [] : [typeof extent === 'string' && extent !== '?' ? extent : placeOf(name, axis)],
    );
  });
  return [...new Set([...names, ...fixableInputs(graph)])];
}

/** `dimensions`, and 1 for every name that leads an input's shape: it is the batch. */
function withBatch(graph: Graph, dimensions: Dimensions): ReadonlyMap<string, number> {
  const numbers = new Map(Object.entries(dimensions));
  for (const id of graph.inputs) {
    const leading = graph.tensors[id]?.shape?.[0];
    if (typeof leading === 'string' && leading !== '?' && !numbers.has(leading)) numbers.set(leading, 1);
  }
  return numbers;
}

/** An input's shape with names and places replaced and an open leading extent set to 1. */
function concreteInput(name: string, shape: Shape, numbers: ReadonlyMap<string, number>): Shape {
  return shape.map((extent, axis) => {
    const placed = isOpen(extent) ? numbers.get(placeOf(name, axis)) : undefined;
    if (placed !== undefined) return placed;
    if (axis === 0 && isOpen(extent)) return typeof extent === 'string' ? (numbers.get(extent) ?? 1) : 1;
    return isOpen(extent) && typeof extent === 'number' ? '?' : named(extent, numbers);
  });
}

/** The graph with every tensor's type and shape as the facts say. */
function withFacts(graph: Graph, facts: Facts): Graph {
  const tensors = graph.tensors.map((tensor, id): Tensor => {
    const known = facts.ofTensor.get(id);
    if (known === undefined || isConstant(tensor)) return tensor;
    const dtype = tensor.dtype === 'unknown' ? known.dtype : tensor.dtype;
    return { ...tensor, dtype, shape: known.shape };
  });
  const operators = graph.operators.map((operator) =>
    mapNestedGraphs(operator, (nested) => {
      const inside = facts.ofNested.get(nested);
      return inside === undefined ? nested : withFacts(nested, inside);
    }),
  );
  return { ...graph, tensors, operators };
}

/** Every name replaced by its number, wherever it stands. */
function withNumbers(graph: Graph, numbers: ReadonlyMap<string, number>): Graph {
  const tensors = graph.tensors.map((tensor) =>
    tensor.shape?.some((extent) => typeof extent === 'string')
      ? { ...tensor, shape: tensor.shape.map((extent) => named(extent, numbers)) }
      : tensor,
  );
  const operators = graph.operators.map((operator) =>
    mapNestedGraphs(operator, (nested) => withNumbers(nested, numbers)),
  );
  return { ...graph, tensors, operators };
}

/**
 * The graph with the shape and element type of every tensor as far as they follow from its inputs.
 *
 * ONNX: symbolic extents become the numbers that `dimensions` gives their names; an extent that leads an input's shape
 * and is unnamed or not listed is the batch and becomes 1, everywhere its name occurs; others that are unnamed are listed by their place, `x[2]`. Shapes, element types and small integer constants
 * (`Shape` → `Gather` → `Concat` → `Reshape`) are then followed through every operator that has a rule, into nested graphs too.
 * What does not follow stays as the file states it, or `undefined` and `'?'`. An input that is one whole number and has its name in `dimensions` becomes a constant.
 *
 * TensorFlow Lite files state their shapes; what their signature leaves open is set by `dimensions`, a leading extent to 1.
 * @throws UserError when a tensor would have a shape that none can have
 */
export function inferShapes(graph: Graph, dimensions: Dimensions = {}): Graph {
  const inferred = infer(graph, dimensions);
  checkExtents(inferred);
  return inferred;
}

/** The ONNX graph with the extents and whole numbers that `dimensions` names, and no others, fixed wherever they stand; the very same graph when none is left open. */
export function withDimensions(graph: Graph, dimensions: Dimensions = {}): Graph {
  const numbers = new Map(Object.entries(dimensions));
  if (graph.dialect !== 'onnx' || !dimensionNames(graph).some((name) => numbers.has(name))) return graph;
  const named = withNumbers(fixInputs(graph, numbers), numbers);
  const inputs = new Set(graph.inputs);
  const tensors = named.tensors.map((tensor, id) =>
    inputs.has(id) && tensor.shape !== undefined
      ? {
          ...tensor,
          shape: tensor.shape.map((extent, axis) =>
            isOpen(extent) ? (numbers.get(placeOf(tensor.name, axis)) ?? extent) : extent,
          ),
        }
      : tensor,
  );
  return { ...named, tensors };
}

function infer(graph: Graph, dimensions: Dimensions): Graph {
  const numbers = withBatch(graph, dimensions);
  if (graph.dialect === 'tflite') return closeShapes(graph, numbers);
  const concrete = withNumbers(fixInputs(graph, numbers), numbers);
  const given = concrete.inputs.map((id) => {
    const tensor = concrete.tensors[id];
    return tensor?.shape && fact(tensor.dtype, concreteInput(tensor.name, tensor.shape, numbers));
  });
  return withFacts(concrete, propagate(concrete, given));
}

/** TensorFlow Lite: open extents by name, leading ones 1. An extent of 0 is an empty tensor here, not an open one. */
function closeShapes(graph: Graph, numbers: ReadonlyMap<string, number>): Graph {
  const isUnstated = (extent: Dimension): boolean => typeof extent === 'string' || extent < 0;
  const close = (shape: Shape): Shape =>
    shape.map((extent, axis) => {
      if (!isUnstated(extent)) return extent;
      const known = typeof extent === 'string' ? numbers.get(extent) : undefined;
      return known ?? (axis === 0 ? 1 : '?');
    });
  const tensors = graph.tensors.map((tensor) =>
    tensor.shape?.some(isUnstated) && !isConstant(tensor) ? { ...tensor, shape: close(tensor.shape) } : tensor,
  );
  return { ...graph, tensors, subgraphs: graph.subgraphs.map((subgraph) => closeShapes(subgraph, numbers)) };
}
