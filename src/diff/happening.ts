import type { Dialect } from '../graph/graph.ts';
import type { ComparedRow } from './compared-row.ts';
import type { End } from './ends.ts';

/** What is known of a comparison when it is told what happened. */
export interface Happening {
  readonly isSameFile: boolean;
  readonly dialect: Dialect;
  /** Of both files, where they differ: `ONNX` and `TensorFlow Lite`. */
  readonly formats: readonly [base: string, head: string];
  /** The opset that a model as a whole is written in, where it has one. */
  readonly opsets: readonly [base: number | undefined, head: number | undefined];
  /** The memory plans that the files carry. */
  readonly memoryPlans: readonly [base: Uint8Array | undefined, head: Uint8Array | undefined];
  readonly rows: readonly ComparedRow[];
  readonly ends: readonly End[];
  /** True where weights are not compared. */
  readonly structureOnly?: boolean;
}
