import type { OperatorView } from './view.ts';

/** What an operator must be for the NPU to take it. */
export interface NpuRule {
  /** Ends the sentence "<operator> on the NPU …"; people read it in findings and in the documentation. */
  readonly must: string;
  /** What to do about an operator that is not so: ends the sentence "To keep it on the NPU, …". */
  readonly remedy: string;
  /** What is the case instead, or `undefined` when the operator passes. */
  readonly fails: (view: OperatorView) => string | undefined;
}

/** `fails` of a rule that has nothing else to say than whether it holds. */
export const unless =
  (holds: (view: OperatorView) => boolean, found: string): NpuRule['fails'] =>
  (view) =>
    holds(view) ? undefined : found;
