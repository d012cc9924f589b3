import type { Board } from './board.ts';

/** A board with a runtime, and how much of it is left for the model. */
export interface Target {
  /** `board/runtime`, always with the runtime: what the Measurement calls `target.id`. */
  readonly id: string;
  /** What the user calls it: a key of `targets:` in the configuration, or the text given on the command line. Shown to people. */
  readonly name: string;
  readonly board: Board;
  readonly runtime: string;
  /** Bytes of RAM and flash that the rest of the firmware leaves: the configuration's, or the board's own. */
  readonly ramBytes: number;
  readonly flashBytes: number;
}
