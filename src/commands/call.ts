import type { Output } from './output.ts';

/** One call of the command line, as its commands see it. */
export interface Call {
  readonly output: Output;
  /** Sets the exit code, which is 0 where no command says so. */
  readonly exitWith: (code: number) => void;
}
