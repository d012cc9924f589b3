/** Memory that a kernel asks for while the interpreter prepares it, in bytes, in the order of its requests. */
export interface Requests {
  /** Kept as long as the model is loaded. */
  readonly persistent: readonly number[];
  /** Needed only while the operator runs. */
  readonly scratch: readonly number[];
}
