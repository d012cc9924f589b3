import type { Graph, TensorId } from '../graph/graph.ts';
import type { ModelDiff } from './model-diff.ts';
import { tensorWords } from './tensor-words.ts';

export type End = ModelDiff['ends'][number];

const mostEnds = 100;

/** The inputs and outputs of both models side by side: those of one name, the others by their place. */
export function endsOf(base: Graph, head: Graph): readonly End[] {
  return [
    ...paired('input', base, base.inputs, head, head.inputs),
    ...paired('output', base, base.outputs, head, head.outputs),
  ];
}

function paired(
  role: End['role'],
  base: Graph,
  baseIds: readonly TensorId[],
  head: Graph,
  headIds: readonly TensorId[],
): readonly End[] {
  const described = (graph: Graph, id: TensorId) => {
    const tensor = graph.tensors[id];
    return {
      name: (tensor?.name ?? '').slice(0, 400),
      words: tensor === undefined ? '?' : tensorWords(tensor).slice(0, 200),
    };
  };
  const before = baseIds.slice(0, mostEnds).map((id) => described(base, id));
  const after = headIds.slice(0, mostEnds).map((id) => described(head, id));
  const named = new Map(before.map((end, at) => [end.name, at]));
  const headNames = new Set(after.map(({ name }) => name));
  const taken = new Set<number>();
  const ends = after.map((end, at): End => {
    const sameName = named.get(end.name);
    const unnamed = before[at];
    // Of another name, but at the same place, and not what another goes by.
    const counterpart = sameName ?? (unnamed !== undefined && !headNames.has(unnamed.name) ? at : undefined);
    const other = counterpart === undefined || taken.has(counterpart) ? undefined : before[counterpart];
    if (counterpart !== undefined) taken.add(counterpart);
    return { role, name: end.name, base: other?.words ?? null, head: end.words };
  });
  const gone = before.flatMap((end, at): readonly End[] =>
    taken.has(at) ? [] : [{ role, name: end.name, base: end.words, head: null }],
  );
  return [...ends, ...gone].slice(0, mostEnds);
}
