import { bindInputs } from '../../data/bind-inputs.ts';
import type { DataSet } from '../../data/data-set.ts';
import { modelInputs } from '../../data/model-inputs.ts';
import { tensorAt, tensorBytes } from '../../graph/access.ts';
import type { Graph, TensorId } from '../../graph/graph.ts';
import { openInterpreter } from '../../kernels/run-graph.ts';
import type { TypedArray } from '../../kernels/values.ts';

/** Samples by default: ranks settle with few, as noise is added up over all elements. */
const defaultSamples = 8;
/** Values of inner tensors that are held at once, over all samples. */
const heldBytes = 256 * 2 ** 20;

/** Values of a sample: what goes in and comes out, and the tensors that parts of the graph start from. */
export interface Run {
  readonly inputs: readonly TypedArray[];
  readonly outputs: readonly TypedArray[];
  readonly values: ReadonlyMap<TensorId, TypedArray>;
}

/** Runs the float graph on the first samples and keeps copies of the watched tensors. */
export async function floatRuns(
  graph: Graph,
  watched: readonly TensorId[],
  data: DataSet,
  samples = defaultSamples,
): Promise<readonly Run[]> {
  const bytes = watched.reduce((sum, id) => sum + (tensorBytes(tensorAt(graph, id)) ?? 0), 1);
  const count = Math.max(1, Math.min(samples, data.count, Math.floor(heldBytes / bytes)));
  const interpreter = openInterpreter(graph);
  const inputs = modelInputs(graph);
  const runs: Run[] = [];
  for (let index = 0; index < count; index += 1) {
    const bound = bindInputs(await data.sample(index), inputs, data.path);
    const given = inputs.map(({ name }) => copyOf(bound[name]?.data as TypedArray));
    interpreter.reset();
    const outputs = interpreter.run(given);
    const values = watched.flatMap((id): readonly (readonly [TensorId, TypedArray])[] => {
      const held = interpreter.valueOf(id)?.values;
      return held === undefined ? [] : [[id, held.slice()]];
    });
    runs.push({ inputs: given, outputs, values: new Map(values) });
  }
  return runs;
}

function copyOf(array: TypedArray): TypedArray {
  return array.slice();
}

/** Outputs as numbers, 64-bit integers too. */
export function numbersOf(outputs: readonly TypedArray[]): readonly ArrayLike<number>[] {
  return outputs.map((values) =>
    values instanceof BigInt64Array || values instanceof BigUint64Array ? Array.from(values, Number) : values,
  );
}
