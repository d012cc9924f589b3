import { constantOf } from '../graph/evaluate/constant-value.ts';
import type { Graph, Operator, TensorId } from '../graph/graph.ts';
import { nestedGraphs } from '../graph/traversal.ts';
import { type Edit, edit, hasType, isType } from './edit.ts';
import { copyOperator } from './inline-branches.ts';
import { capturedIds, splice } from './splice.ts';

/** Operators that a loop may become: more would make the file larger than the loop is worth. */
const mostOperators = 256;
const mostIterations = 64;

/**
 * A short `Loop` that always runs the same number of times is what it does, that many times.
 *
 * ```
 *   2, true, v ─▶ Loop(i, c, v: v ─▶ Mul(x) ─▶ v) ─▶ y          v ─▶ Mul(x) ─▶ Mul(x) ─▶ y
 *   what it collects: v ─▶ s per iteration                      s₀ ─▶ Unsqueeze(0) ─┬─▶ Concat(0) ─▶ s
 *                                                               s₁ ─▶ Unsqueeze(0) ─┘
 * ```
 *
 * The number of iterations is a constant, and the condition stays true. A body with further graphs inside stays: they find its tensors by name.
 */
export function unrollLoops(graph: Graph): Graph {
  if (!hasType(graph, 'Loop')) return graph;
  const rewriting = edit(graph);
  const idOfName = new Map(graph.tensors.map((tensor, id) => [tensor.name, id]));
  for (const [index, operator] of rewriting.operators()) {
    if (!isType(operator, 'Loop')) continue;
    const body = operator.attributes.body;
    if (body?.kind !== 'graph') continue;
    const count = iterationsOf(rewriting, operator, body.value);
    const captured = capturedIds(body.value, idOfName);
    if (count === undefined || captured === undefined || !isUsable(operator, body.value)) continue;
    unroll(rewriting, index, operator, { body: body.value, count, captured });
  }
  return rewriting.finish();
}

interface Unrolled {
  readonly body: Graph;
  readonly count: number;
  readonly captured: ReadonlyMap<TensorId, TensorId>;
}

/** The number of iterations where it is known and small; 0 only for loops that collect nothing, as what is empty has a shape that is not known here. */
function iterationsOf(rewriting: Edit, operator: Operator, body: Graph): number | undefined {
  const trips = rewriting.constant(operator.inputs[0]);
  const [, condition] = operator.inputs;
  const runs = condition === null || condition === undefined || rewriting.constant(condition)?.elements[0] === 1;
  if (trips?.elements.length !== 1 || !runs || !staysTrue(body)) return undefined;
  const count = Number(trips.elements[0]);
  const collects = body.outputs.length - 1 > operator.inputs.length - 2;
  if (!(count >= (collects ? 1 : 0) && count <= mostIterations)) return undefined;
  return count * body.operators.length <= mostOperators ? count : undefined;
}

/** Whether the condition that an iteration gives is the one that it got, or a constant that is true. */
function staysTrue({ operators, inputs, outputs: [result], tensors }: Graph): boolean {
  let current = result;
  for (;;) {
    if (current === undefined) return false;
    if (current === inputs[1]) return true;
    if (tensors[current]?.data !== undefined) return tensors[current]?.data?.[0] === 1;
    const producer = operators.find(({ outputs }) => outputs[0] === current);
    if (producer?.type === 'Constant') {
      const value = producer.attributes.value;
      return value?.kind === 'tensor' && value.value.data?.[0] === 1;
    }
    if (producer?.type !== 'Identity' || typeof producer.inputs[0] !== 'number') return false;
    current = producer.inputs[0];
  }
}

/** Every input of the body is given, every operator in it is plain. */
function isUsable(operator: Operator, body: Graph): boolean {
  const states = operator.inputs.slice(2);
  return (
    body.inputs.length === states.length + 2 &&
    states.every((id) => id !== null) &&
    body.outputs.length > states.length &&
    body.operators.every((inner) => nestedGraphs(inner).length === 0)
  );
}

function unroll(rewriting: Edit, index: number, operator: Operator, { body, count, captured }: Unrolled): void {
  const { name, outputs, inputs } = operator;
  let states = inputs.slice(2).filter((id) => id !== null);
  const collected: TensorId[][] = body.outputs.slice(1 + states.length).map(() => []);
  const constants = new Map<TensorId, TensorId>();
  const isTrue = rewriting.addConstant(`${name}_goes_on`, constantOf('bool', [], [1]));
  rewriting.remove(index);
  for (let iteration = 0; iteration < count; iteration++) {
    const number = rewriting.addConstant(`${name}_iteration`, constantOf('int64', [], [iteration]));
    const given = new Map(captured);
    for (const [position, id] of body.inputs.entries()) {
      given.set(id, [number, isTrue, ...states][position] as TensorId);
    }
    const idOf = splice(rewriting, index, { graph: body, prefix: `${name}_${iteration}` }, given, constants);
    const results = body.outputs.slice(1).map(idOf);
    for (const [position, list] of collected.entries()) list.push(results[states.length + position] as TensorId);
    states = results.slice(0, states.length);
  }
  for (const [position, to] of outputs.entries()) {
    if (to === null) continue;
    const state = states[position];
    if (state !== undefined) rewriting.insertBefore(index, copyOperator(operator, state, to));
    else stack(rewriting, index, operator, collected[position - states.length] ?? [], to);
  }
}

/** Puts the values of all iterations behind one another along a new first axis. */
function stack(rewriting: Edit, index: number, operator: Operator, parts: readonly TensorId[], to: TensorId): void {
  const { name, domain, version } = operator;
  const add = (type: string, from: readonly TensorId[], output: TensorId, attributes: Operator['attributes']): void => {
    rewriting.insertBefore(index, {
      name: `${rewriting.tensor(output).name}_${type}`,
      type,
      domain,
      version,
      inputs: from,
      outputs: [output],
      attributes,
    });
  };
  const rows = parts.map((part) => {
    const row = rewriting.addTensor(`${name}_row`, rewriting.tensor(part).dtype);
    if (version < 13) add('Unsqueeze', [part], row, { axes: { kind: 'ints', value: [0] } });
    else add('Unsqueeze', [part, rewriting.addConstant(`${name}_axes`, constantOf('int64', [1], [0]))], row, {});
    return row;
  });
  add('Concat', rows, to, { axis: { kind: 'int', value: 0 } });
}
