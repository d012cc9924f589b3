import type { Graph, Operator, Tensor } from '../../../graph/graph.ts';
import type { SupportRow } from './support-schema.ts';

/** Kinds of refusal, as findings name them. */
export type RefusalCode =
  | 'unsupported-operator'
  | 'unsupported-type'
  | 'unsupported-shape'
  | 'unsupported-dynamic-shape'
  | 'unsupported-quantisation'
  | 'unsupported-option';

/** An operator where it stands, with its row of the table. */
export interface Place {
  readonly row: SupportRow;
  readonly graph: Graph;
  readonly operator: Operator;
  /** The main graph, then the file's further subgraphs. */
  readonly graphs: readonly Graph[];
  /** Tensors by their name in the table: none where it is left out, several where it may be given several times. */
  readonly tensors: (name: string) => readonly Tensor[];
}

/** Something that must hold of an operator. Users read `must` in a refusal, and docs/tflm-support.md is made of them. */
export interface Rule {
  readonly code: RefusalCode;
  /** What goes on after the operator's type: `needs a constant \`axis\``. */
  readonly must: string;
  /** What is there instead, to go on after "here"; `undefined` where the rule holds or cannot be judged. */
  readonly fails: (place: Place) => string | undefined;
}

/** The tensor of a name in the table, the first where there are several. */
export function tensorOf(place: Place, name: string): Tensor | undefined {
  return place.tensors(name)[0];
}

/** The type of the tensor that decides what the kernel computes with. */
export function dataType({ row, tensors }: Place): Tensor['dtype'] | undefined {
  const name = row.data ?? nameOf(row.inputs[0] ?? row.outputs[0] ?? '');
  return tensors(name)[0]?.dtype;
}

/** A tensor's name in the table without what says how often it may be given. */
export function nameOf(entry: string): string {
  return entry.replace(/[?.]+$/, '');
}
