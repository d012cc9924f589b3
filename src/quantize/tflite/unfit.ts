import type { Graph, TensorId } from '../../graph/graph.ts';
import type { Forms } from './parameters.ts';
import type { Plan } from './plan.ts';

const comparisons: ReadonlySet<string> = new Set([
  'EQUAL',
  'NOT_EQUAL',
  'GREATER',
  'GREATER_EQUAL',
  'LESS',
  'LESS_EQUAL',
]);

/** An operator whose parameters its integer kernel does not take, with the reason to go on after its type; `undefined` where all fit. */
export function unfitOperator(
  graph: Graph,
  plan: Plan,
  forms: Forms,
): { readonly index: number; readonly reason: string } | undefined {
  for (const [index, { operands, results }] of plan.operators) {
    const type = graph.operators[index]?.type ?? '';
    const [first = 0] = operands;
    const input = forms.taken(index, first);
    const output = results.length === 0 ? undefined : forms.made(results[0] as TensorId);
    // 7 fractional bits are added to the input before it is scaled (HardSwishPrepare).
    if (type === 'HARD_SWISH' && output !== undefined && Math.fround(input.scale / 128) >= output.scale) {
      return { index, reason: 'has a result far finer than its operand' };
    }
    // The kernel brings its operands to fixed point with a scale below 1.
    if (comparisons.has(type) && input.scale >= 1) {
      return { index, reason: 'compares numbers whose integers would be whole steps apart' };
    }
  }
  return undefined;
}
