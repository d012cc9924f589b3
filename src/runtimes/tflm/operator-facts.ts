import facts from './operators.json' with { type: 'json' };

/** What TensorFlow Lite Micro keeps for an operator of a type; see `about` in operators.json. */
export interface OperatorFacts {
  /** Size and alignment of its parsed options, in bytes. */
  readonly parameters?: readonly number[];
  /** Bytes of the kernel's state; by kernel library where they differ. */
  readonly state?: number | { readonly 'cmsis-nn': number; readonly reference: number };
  /** Position of the data that the kernel works on, where it is not the first input. */
  readonly dataInput?: number;
  /** Its arena was compared with the interpreter's own. */
  readonly verified?: boolean;
}

const table = facts.operators as Readonly<Record<string, unknown>> as Readonly<Record<string, OperatorFacts>>;

/** Names of all operators that TensorFlow Lite Micro has, alphabetically. */
export const operatorNames: readonly string[] = Object.keys(table);

/** What is known of a builtin operator; `undefined` when TensorFlow Lite Micro does not have it. */
export function operatorFacts(type: string): OperatorFacts | undefined {
  return Object.hasOwn(table, type) ? table[type] : undefined;
}
