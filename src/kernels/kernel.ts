import type { Operator } from '../graph/graph.ts';
import type { TypedArray, Value } from './values.ts';

/** One operator of a graph, as a kernel sees it: its tensors with their arrays, and what it shares with the rest of the model. */
export interface Node {
  readonly operator: Operator;
  /** For messages: `operator 3 (CONV_2D)`, with the subgraph where it is not the main one. */
  readonly where: string;
  /** By position; `undefined` is an optional one that is left out. Positions past the end read as `undefined` too. */
  readonly inputs: readonly (Value | undefined)[];
  readonly outputs: readonly (Value | undefined)[];
  readonly intermediates: readonly (Value | undefined)[];
  /** The file's subgraph of this number, prepared when first asked for. @throws UserError when the file has none */
  readonly subgraph: (index: number) => Subgraph;
  /** Resource variables of the model, shared by all its subgraphs. */
  readonly resources: Resources;
  /** Has `action` called whenever the interpreter's state is reset, and not before; for state that is not in a variable tensor. */
  readonly onReset: (action: () => void) => void;
}

/** A subgraph that an operator runs. Write the inputs' `values`, run, read the outputs'. */
export interface Subgraph {
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly run: () => void;
}

/** Resource variables (`VAR_HANDLE`, `READ_VARIABLE`, `ASSIGN_VARIABLE`), which keep their content over invocations. */
export interface Resources {
  /** The number of the variable of this name; a new one when it is first asked for. */
  readonly idOf: (container: string, name: string) => number;
  /** The content of a variable; `undefined` before the first assignment. */
  readonly get: (id: number) => TypedArray | undefined;
  readonly set: (id: number, content: TypedArray) => void;
}

/**
 * What an operator computes, prepared once and run for every sample: checks, multipliers and tables are made in `Kernel`, the function that it
 * gives only reads the inputs' arrays and writes the outputs'. Tensors do not move, so the arrays can be captured.
 * Hot loops are plain functions on typed arrays, so that faster ones can take their place.
 * @throws UserError through `refuse` when the device's kernel would not accept the operator
 */
export type Kernel = (node: Node) => () => void;

/** Thrown by a run to end the invocation without an error: what follows does not run, outputs keep what they hold. */
export const endOfInvocation = new Error('The invocation ends here.');
