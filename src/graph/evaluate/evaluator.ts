import type { Operator } from '../graph.ts';
import type { ConstantValue } from './constant-value.ts';

/** An operator whose inputs are all known. An input that is left out is `undefined`. */
interface Call {
  readonly operator: Operator;
  readonly inputs: readonly (ConstantValue | undefined)[];
}

/** The outputs of a call; `undefined` when it is not computed here (a type that is not handled, a division by zero …). */
export type Evaluator = (call: Call) => readonly ConstantValue[] | undefined;
