import { opsetVersion } from '../formats/onnx/opset.ts';
import { tensorAt } from '../graph/access.ts';
import { constantOf, tensorOf } from '../graph/evaluate/constant-value.ts';
import type { Graph, TensorId } from '../graph/graph.ts';
import { appendTo, type Extreme } from './appended.ts';

/** Its only output's name. */
export const extremesOutput = 'edge-ready/extremes';
/** The first version of Reshape that takes its shape as an input. */
const shapeAsInput = 5;

/** A graph whose output has extremes of tensors, and which element of it each is, by the names that `lowestOf` and `highestOf` give them. */
export interface WithExtents {
  readonly graph: Graph;
  readonly places: ReadonlyMap<string, number>;
}

/**
 * An ONNX graph whose output is the extremes of tensors instead of the tensors themselves, so that these never leave ONNX Runtime. They come one behind the other, as every output of its own
 * takes time to hand over (MobileNetV2, 91 extremes: a tenth of a run):
 *
 *     x/lowest [1, 1, 1, 1] ──────────┐
 *     x/highest [1, 1, 1, 1] ─────────┼ Concat ── edge-ready/extremes [n, 1, 1, 1]
 *     y/highest [1, 1] ── Reshape ────┘
 */
export function withExtents(graph: Graph, watched: readonly TensorId[]): WithExtents {
  const appended = appendTo(graph);
  const one = [1, 1, 1, 1];
  let shape: TensorId | undefined;
  const inRankFour = ({ id, name }: Extreme): TensorId => {
    const result = { name: `${name}/alone`, dtype: 'float32', shape: one } as const;
    if ((opsetVersion(graph, '') ?? 1) < shapeAsInput)
      return appended.add('Reshape', [id], result, { shape: { kind: 'ints', value: one } });
    shape ??= appended.addConstant(tensorOf(`${extremesOutput}/shape`, constantOf('int64', [4], one)));
    return appended.add('Reshape', [id, shape], result);
  };
  const extremes = appended.lastFirst(watched).flatMap((id) => {
    const isOfRankFour = tensorAt(graph, id).shape?.length === 4;
    return appended
      .addExtremes(id)
      .map((extreme) => ({ name: extreme.name, id: isOfRankFour ? extreme.id : inRankFour(extreme) }));
  });
  const output = { name: extremesOutput, dtype: 'float32', shape: [extremes.length, 1, 1, 1] } as const;
  const axis = { kind: 'int', value: 0 } as const;
  const ids = extremes.map(({ id }) => id);
  if (ids.length > 0) appended.addOutput(appended.add('Concat', ids, output, { axis }));
  return { graph: appended.finish(), places: new Map(extremes.map(({ name }, element) => [name, element])) };
}
