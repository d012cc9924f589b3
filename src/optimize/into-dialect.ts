import { UserError } from '../errors.ts';
import { concreteShape } from '../graph/access.ts';
import { fixableInputs } from '../graph/fix-inputs.ts';
import type { Graph, TensorId } from '../graph/graph.ts';
import { howToFixShapes } from '../graph/how-to-fix-shapes.ts';
import { inferShapes, withDimensions } from '../graph/infer-shapes.ts';
import { nestedGraphs } from '../graph/traversal.ts';
import type { Runtime } from '../runtimes/runtime.ts';
import { simplify } from './lossless.ts';
import type { Recipe } from './recipe.ts';

/** The model can't be had in a format that the runtime loads. */
export class NotConvertible extends UserError {}

/**
 * A model's graph, simplified, with the extents that `dimensions` names fixed. For a runtime of another dialect, which needs every extent, the batch becomes 1 as well: what follows from
 * shapes is computed now. Batch normalisations that channels are pruned by stay.
 */
export function simplifiedFor(
  graph: Graph,
  runtime: Runtime,
  dimensions: Readonly<Record<string, number>> | undefined,
  { passes, pruneBy }: Pick<Recipe, 'passes' | 'pruneBy'> = {},
): Graph {
  const isLowered = graph.dialect === 'onnx' && !runtime.loads.includes(graph.dialect);
  const given = withDimensions(graph, dimensions);
  return simplify(isLowered || decidesBranches(given) ? inferShapes(graph, dimensions) : given, passes, {
    keepsNorms: pruneBy === 'batch-norm',
  });
}

/** Whether a graph has graphs inside, whose shapes are not in the file, and leaves nothing open that would be taken for 1. */
function decidesBranches(graph: Graph): boolean {
  const isClosed = graph.inputs.every((id) => concreteShape(graph.tensors[id]?.shape)?.every((extent) => extent > 0));
  return graph.dialect === 'onnx' && isClosed && graph.operators.some((operator) => nestedGraphs(operator).length > 0);
}

/** A graph in the operators of a runtime. */
export interface InDialect {
  readonly graph: Graph;
  /** For tensors that hold the same values as one of the graph that it was made from, that one. */
  readonly origins: ReadonlyMap<TensorId, TensorId>;
}

/**
 * A float graph in operators that the runtime loads: as it is, or lowered from ONNX to TensorFlow Lite. Open extents become 1 on the way.
 * @param becomesInteger whether it is lowered for integers, which some functions are computed otherwise for
 * @throws NotConvertible naming the operator that TensorFlow Lite has no counterpart for, or the format that can't be made
 */
export async function intoDialect(
  graph: Graph,
  runtime: Runtime,
  dimensions: Readonly<Record<string, number>> | undefined,
  becomesInteger = false,
): Promise<InDialect> {
  if (runtime.loads.includes(graph.dialect)) {
    return { graph, origins: new Map(graph.tensors.map((_, id) => [id, id])) };
  }
  if (graph.dialect === 'tflite' || !runtime.loads.includes('tflite')) {
    throw new NotConvertible(`${loadedBy(runtime)}, and .${graph.dialect} can't be made into that.`);
  }
  const [{ lowerToTflite }, { forIntegers }] = await Promise.all([
    import('../lower/lower.ts'),
    import('../lower/for-integers.ts'),
  ]);
  try {
    return lowerToTflite(inferShapes(becomesInteger ? forIntegers(graph) : graph, dimensions));
  } catch (error) {
    if (error instanceof UserError)
      throw new NotConvertible(`${loadedBy(runtime)}. ${withAdvice(error.message, graph)}`);
    throw error;
  }
}

/** `TensorFlow Lite Micro loads .tflite` */
export function loadedBy({ title, loads }: Runtime): string {
  return `${title} loads ${loads.map((format) => `.${format}`).join(' and ')}`;
}

/** Why a graph is not lowered, with what a fixed input would change where it has branches, unless that was said. */
function withAdvice(message: string, graph: Graph): string {
  const isUndecided = graph.operators.some(({ type }) => type === 'If') && fixableInputs(graph).length > 0;
  const advice = howToFixShapes(graph);
  return isUndecided && !message.includes(advice)
    ? `${message} Of "If" only the branch that is taken is left where that is known. ${advice}`
    : message;
}
