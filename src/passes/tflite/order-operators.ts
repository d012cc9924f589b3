import { makeRandom } from '../../basics/random.ts';
import { isConstant, tensorBytes } from '../../graph/access.ts';
import type { Graph, Operator, TensorId } from '../../graph/graph.ts';
import { hasEffect } from './remove-dead-operators.ts';
import { rewriteSubgraphs } from './subgraphs.ts';

/** What a runtime needs while a graph runs, in bytes. */
export interface MemoryNeeds {
  /** A tensor that is computed. */
  readonly tensor: (id: TensorId) => number;
  /** What an operator needs besides its tensors, while it runs. */
  readonly operator: (index: number) => number;
}

/** Partial orders that are kept at each step, operators up to which orders are tried at all, and steps of orders that are tried. */
const beamWidth = 64;
const operatorsLimit = 1_000;
const triesLimit = 300_000;

/**
 * Runs operators in another order where the most bytes that are alive at once are fewer then.
 *
 *     x ─┬→ A (large) ─→ B (small) ─┐          A, C, B, D:  large + large
 *        └→ C (large) ─→ D (small) ─┴→ y   →   A, B, C, D:  large + small
 *
 * Operators with effects stay in their order. A beam search: many partial orders grow by an operator at a time, the `beamWidth` best go on.
 * Models with several subgraphs stay as they are. The same graph gives the same order on every machine.
 */
export function orderOperators(graph: Graph, needs: MemoryNeeds = plainNeeds(graph)): Graph {
  if (graph.subgraphs.length > 0 || graph.operators.length > operatorsLimit) return graph;
  return rewriteSubgraphs(graph, (main) => {
    const order = bestOrder(main, needs);
    return order === undefined ? main : { ...main, operators: order.flatMap((index) => main.operators[index] ?? []) };
  });
}

function plainNeeds(graph: Graph): MemoryNeeds {
  return { tensor: (id) => tensorBytes(graph.tensors[id] ?? absent) ?? 0, operator: () => 0 };
}
const absent = { name: '', dtype: 'unknown', shape: undefined } as const;

/** What a search over orders of a graph asks of each operator and tensor. */
interface Steps {
  readonly operators: readonly Operator[];
  /** Tensors that an operator reads and that take memory, each once; likewise what it writes. */
  readonly reads: readonly (readonly TensorId[])[];
  readonly writes: readonly (readonly TensorId[])[];
  /** Operators that can run only after this one. */
  readonly followers: readonly (readonly number[])[];
  /** How many operators must run before this one. */
  readonly waits: Int32Array;
  readonly readers: Int32Array;
  readonly bytes: Float64Array;
  readonly scratch: Float64Array;
  readonly lasting: ReadonlySet<TensorId>;
  readonly startBytes: number;
}

/** Operators that have run, and what memory they took. */
interface State {
  readonly previous: State | undefined;
  readonly ran: number;
  readonly key: number;
  readonly peak: number;
  readonly live: number;
  readonly waits: Int32Array;
  readonly readers: Int32Array;
  readonly ready: readonly number[];
}

/** What running one more operator would make of a state. */
type Try = Pick<State, 'ran' | 'key' | 'peak' | 'live'> & { readonly previous: State };

function bestOrder(graph: Graph, needs: MemoryNeeds): readonly number[] | undefined {
  const steps = stepsOf(graph, needs);
  const given = followGiven(steps);
  if (given.peak <= leastPeak(steps)) return undefined;
  let states: readonly State[] = [start(steps)];
  const random = makeRandom(1);
  const keys = steps.operators.map(() => random(2 ** 31) * 2 ** 21 + random(2 ** 21));
  let tries = 0;
  for (let count = 0; count < steps.operators.length; count++) {
    // Of orders that ran the same operators only the best goes on; a key is a sum, so their order does not matter.
    const next = new Map<number, Try>();
    for (const state of states) {
      tries += state.ready.length;
      for (const index of state.ready) {
        const after = attempt(steps, state, index, keys[index] ?? 0);
        const known = next.get(after.key);
        if (after.peak < given.peak && (known === undefined || after.peak < known.peak)) next.set(after.key, after);
      }
    }
    if (tries > triesLimit) return undefined;
    const best = [...next.values()].sort((a, b) => a.peak - b.peak || a.live - b.live).slice(0, beamWidth);
    states = best.map((each) => run(steps, each));
  }
  const [best] = states;
  return best === undefined || best.peak >= given.peak ? undefined : orderOf(best);
}

function stepsOf(graph: Graph, needs: MemoryNeeds): Steps {
  const { operators } = graph;
  const takesMemory = (id: TensorId | null): id is TensorId => {
    const tensor = id === null ? undefined : graph.tensors[id];
    return tensor !== undefined && !isConstant(tensor) && tensor.variable !== true;
  };
  const distinct = (ids: readonly (TensorId | null)[]) => [...new Set(ids.filter(takesMemory))];
  const reads = operators.map(({ inputs }) => distinct(inputs));
  const writes = operators.map(({ outputs }) => distinct(outputs));
  const writerOf = new Map<TensorId, number>();
  writes.forEach((ids, index) => {
    for (const id of ids) writerOf.set(id, index);
  });
  const before = reads.map((ids) => new Set(ids.flatMap((id) => writerOf.get(id) ?? [])));
  let effect: number | undefined;
  operators.forEach((operator, index) => {
    if (!hasEffect(graph, operator)) return;
    if (effect !== undefined) before[index]?.add(effect);
    effect = index;
  });
  const followers = operators.map((): number[] => []);
  before.forEach((earlier, index) => {
    for (const other of earlier) followers[other]?.push(index);
  });
  const readers = new Int32Array(graph.tensors.length);
  for (const ids of reads) for (const id of ids) readers[id] = (readers[id] ?? 0) + 1;
  const inputs = distinct(graph.inputs);
  const bytes = Float64Array.from(graph.tensors, (_, id) => (takesMemory(id) ? needs.tensor(id) : 0));
  return {
    operators,
    reads,
    writes,
    followers,
    waits: Int32Array.from(before, ({ size }) => size),
    readers,
    bytes,
    scratch: Float64Array.from(operators, (_, index) => needs.operator(index)),
    lasting: new Set(graph.outputs),
    startBytes: inputs.reduce((sum, id) => sum + (bytes[id] ?? 0), 0),
  };
}

function start({ waits, readers, startBytes }: Steps): State {
  const ready = [...waits.keys()].filter((index) => waits[index] === 0);
  return { previous: undefined, ran: -1, key: 0, peak: startBytes, live: startBytes, waits, readers, ready };
}

function attempt(steps: Steps, state: State, index: number, key: number): Try {
  const sum = (ids: readonly TensorId[]) => ids.reduce((all, id) => all + (steps.bytes[id] ?? 0), 0);
  const reads = steps.reads[index] ?? [];
  const writes = steps.writes[index] ?? [];
  const during = state.live + sum(writes);
  const isDead = (id: TensorId, readers: number) => readers === 0 && !steps.lasting.has(id);
  const dead = [
    ...reads.filter((id) => isDead(id, (state.readers[id] ?? 0) - 1)),
    ...writes.filter((id) => isDead(id, state.readers[id] ?? 0)),
  ];
  return {
    previous: state,
    ran: index,
    // Below 2^53, so that sums of keys are exact.
    key: (state.key + key) % 2 ** 52,
    peak: Math.max(state.peak, during + (steps.scratch[index] ?? 0)),
    live: during - sum(dead),
  };
}

function run(steps: Steps, tried: Try): State {
  const { previous, ran } = tried;
  const readers = previous.readers.slice();
  for (const id of steps.reads[ran] ?? []) readers[id] = (readers[id] ?? 0) - 1;
  const waits = previous.waits.slice();
  const freed: number[] = [];
  for (const follower of steps.followers[ran] ?? []) {
    waits[follower] = (waits[follower] ?? 0) - 1;
    if (waits[follower] === 0) freed.push(follower);
  }
  const ready = [...previous.ready.filter((other) => other !== ran), ...freed].sort((a, b) => a - b);
  return { ...tried, waits, readers, ready };
}

function followGiven(steps: Steps): State {
  return steps.operators.reduce((state, _, index) => run(steps, attempt(steps, state, index, 0)), start(steps));
}

/** No order needs less than the operator that needs most by itself. */
function leastPeak({ operators, reads, writes, bytes, scratch }: Steps): number {
  return operators.reduce((most, _, index) => {
    const touched = new Set([...(reads[index] ?? []), ...(writes[index] ?? [])]);
    const own = [...touched].reduce((sum, id) => sum + (bytes[id] ?? 0), scratch[index] ?? 0);
    return Math.max(most, own);
  }, 0);
}

function orderOf(state: State): readonly number[] {
  const order: number[] = [];
  for (let at: State | undefined = state; at !== undefined; at = at.previous) if (at.ran >= 0) order.push(at.ran);
  return order.reverse();
}
