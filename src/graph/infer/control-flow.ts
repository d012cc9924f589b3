import { intAttribute, intsAttribute } from '../access.ts';
import type { Dimension, Graph, Operator } from '../graph.ts';
import { common, type Fact, fact, integersOf } from './fact.ts';
import type { Rule, Rules } from './node.ts';

/** The nested graph of this attribute name. */
function body(operator: Operator, name: string): Graph | undefined {
  const attribute = operator.attributes[name];
  return attribute?.kind === 'graph' ? attribute.value : undefined;
}

const ifRule: Rule = (node) => {
  const [yes, no] = ['then_branch', 'else_branch'].map((name) => {
    const graph = body(node.operator, name);
    return graph === undefined ? [] : node.inferNested(graph, []);
  }) as [readonly (Fact | undefined)[], readonly (Fact | undefined)[]];
  const condition = integersOf(node.inputs[0])?.[0];
  if (condition !== undefined) return condition ? yes : no;
  return yes.map((left, position) => {
    const right = no[position];
    return left === undefined || right === undefined ? undefined : common(left, right);
  });
};

/** Type and shape alone: the content may differ from one iteration to the next. */
function withoutContent(known: Fact | undefined): Fact | undefined {
  return known && fact(known.dtype, known.shape);
}

/** The state's facts that hold in every iteration: what the body may change is forgotten until nothing changes. */
function settledState(
  initial: readonly (Fact | undefined)[],
  run: (state: readonly (Fact | undefined)[]) => readonly (Fact | undefined)[],
): readonly (Fact | undefined)[] {
  let state = initial.map(withoutContent);
  // Each round can only forget: extents first, then ranks. Three rounds settle every case.
  for (let round = 0; round < 3; round++) {
    const after = run(state);
    const next = state.map((before, position) => {
      const then = after[position];
      return before === undefined || then === undefined ? undefined : common(before, then);
    });
    const settled = next.every(
      (known, position) => JSON.stringify(known?.shape) === JSON.stringify(state[position]?.shape),
    );
    state = next;
    if (settled) break;
  }
  return state;
}

/** `Loop`: inputs are trip count, condition, state; the body gets iteration, condition, state and gives condition, state, scan outputs. */
const loop: Rule = (node) => {
  const graph = body(node.operator, 'body');
  if (graph === undefined) return [];
  const initial = node.inputs.slice(2);
  const count = initial.length;
  const enter = (state: readonly (Fact | undefined)[]) =>
    node.inferNested(graph, [fact('int64', []), fact('bool', []), ...state]);
  const state = settledState(initial, (known) => enter(known).slice(1, 1 + count));
  const scans = enter(state).slice(1 + count);
  return [...state, ...scans.map((known) => known && fact(known.dtype, known.shape && ['?', ...known.shape]))];
};

const without = (shape: readonly Dimension[] | undefined, axis: number) =>
  shape?.filter((_, at) => at !== (axis < 0 ? axis + shape.length : axis));

/** `Scan` (opset 9 and later): state, then sequences that are cut along their axes; scan outputs are stacked again. */
const scan: Rule = (node) => {
  const graph = body(node.operator, 'body');
  const sequences = intAttribute(node.operator, 'num_scan_inputs', 0);
  if (graph === undefined || node.operator.version < 9) return [];
  const count = node.inputs.length - sequences;
  const axes = intsAttribute(node.operator, 'scan_input_axes') ?? new Array<number>(sequences).fill(0);
  const outputAxes = intsAttribute(node.operator, 'scan_output_axes') ?? [];
  const slices = node.inputs
    .slice(count)
    .map((known, position) => known && fact(known.dtype, without(known.shape, axes[position] ?? 0)));
  const enter = (state: readonly (Fact | undefined)[]) => node.inferNested(graph, [...state, ...slices]);
  const state = settledState(node.inputs.slice(0, count), (known) => enter(known).slice(0, count));
  const length = node.inputs[count]?.shape?.at(axes[0] ?? 0) ?? '?';
  const stacked = enter(state)
    .slice(count)
    .map((known, position) => {
      if (known?.shape === undefined) return known;
      const given = outputAxes[position] ?? 0;
      const axis = given < 0 ? given + known.shape.length + 1 : given;
      return fact(known.dtype, [...known.shape.slice(0, axis), length, ...known.shape.slice(axis)]);
    });
  return [...state, ...stacked];
};

/** Operators with graphs inside. */
export const controlFlowRules: Rules = { If: ifRule, Loop: loop, Scan: scan };
