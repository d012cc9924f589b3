import { opsetVersion } from '../formats/onnx/opset.ts';
import { concreteShape, tensorAt } from '../graph/access.ts';
import { constantOf, tensorOf } from '../graph/evaluate/constant-value.ts';
import type { Graph, TensorId } from '../graph/graph.ts';
import { appendTo } from './appended.ts';

/** Name of the output with a part of a tensor's values. */
export const partOf = (name: string): string => `${name}/part`;
/** Name of the input that says where parts of every so-manieth row begin, from 0; for each step there is one. */
export const firstOf = (step: number): string => `every/${step}/from`;

/** A graph that gives parts of its large tensors, and the steps of which it wants to know `firstOf`. */
export interface WithParts {
  readonly graph: Graph;
  readonly steps: readonly number[];
}

/** Values that a part has at least, and values from which on a tensor is given in part. */
const [enough, large] = [8192, 65_536];
/** Of what share of a tensor a part is at least, one of so many. */
const mostSteps = 16;
/** In how many samples each place of a tensor is looked at, at least. */
const leastSeen = 3;
/** Beyond the end of any axis. */
const theEnd = 2 ** 31 - 1;
/** The first version of Slice that takes its bounds as inputs. */
const slicing = 10;

/**
 * An ONNX graph whose outputs are the tensors, of large ones the extremes and every 4th to 16th row (the last axis but one, or another one that is long enough), in each sample others:
 *
 *     x ── Slice(first, step) ── x/part
 *       ── (`addExtremes`) ── x/lowest, x/highest
 *
 * What fraction of millions of values lies in a bin is known well enough from a part of them, while to copy all of them out of ONNX Runtime takes as long as to compute them.
 * Of other tensors the part is all of it (step 1): an output that nothing reads is brought into its order by an operator of ONNX Runtime's own, which then decides the order of all work.
 * @param samples that will be run; few of them are looked at more closely
 */
export function withParts(graph: Graph, watched: readonly TensorId[], samples: number): WithParts {
  const appended = appendTo(graph);
  const steps = new Map<number, TensorId>();
  const integers = new Map<number, TensorId>();
  const integerOf = (value: number): TensorId => {
    const id =
      integers.get(value) ?? appended.addConstant(tensorOf(`every/${value}`, constantOf('int64', [1], [value])));
    integers.set(value, id);
    return id;
  };
  const canSlice = (opsetVersion(graph, '') ?? 1) >= slicing;
  for (const id of appended.lastFirst(watched)) {
    const tensor = tensorAt(graph, id);
    const part = canSlice ? partFor(concreteShape(tensor.shape) ?? [], samples) : undefined;
    if (part === undefined) {
      appended.addOutput(id);
      continue;
    }
    const { axis, step } = part;
    const first = steps.get(step) ?? appended.addInput({ name: firstOf(step), dtype: 'int64', shape: [1] });
    steps.set(step, first);
    const bounds = [first, ...[theEnd, axis, step].map((value) => integerOf(value))];
    appended.addOutput(
      appended.add('Slice', [id, ...bounds], { name: partOf(tensor.name), dtype: 'float32', shape: undefined }),
    );
    if (step > 1) for (const extreme of appended.addExtremes(id)) appended.addOutput(extreme.id);
  }
  return { graph: appended.finish(), steps: [...steps.keys()] };
}

/** Which rows of a tensor are a part of it; `undefined` for what has no rows, or not known which. */
function partFor(
  shape: readonly number[],
  samples: number,
): { readonly axis: number; readonly step: number } | undefined {
  const elements = shape.reduce((product, extent) => product * extent, 1);
  if (shape.length === 0) return undefined;
  const all = { axis: 0, step: 1 };
  if (elements < large) return all;
  const most = Math.min(mostSteps, Math.floor(samples / leastSeen), 2 ** Math.floor(Math.log2(elements / enough)));
  // Rows before channels, which differ more; whole rows are copied faster than single values.
  const axes = [...shape.keys()].slice(1, -1).reverse();
  const last = shape.length - 1;
  const axis =
    axes.find((each) => (shape[each] ?? 1) >= 2 * most) ?? ((shape[last] ?? 1) >= 2 * most ? last : undefined);
  return axis === undefined || most < 2 ? all : { axis, step: most };
}
