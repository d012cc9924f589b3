import type { Board } from '../../targets/board.ts';

/** A CPU as TVM's `llvm` target names it. */
export interface LlvmTarget {
  readonly kind: 'llvm';
  readonly mtriple: string;
  readonly mcpu: string;
}

/** What TVM compiles for on a board that runs Linux; `undefined` for processors that Apache TVM has no runtime for. */
export function llvmTarget({ core }: Board): LlvmTarget | undefined {
  // Cores are called as LLVM calls them.
  if (/^armv8/.test(core.architecture)) return { kind: 'llvm', mtriple: 'aarch64-linux-gnu', mcpu: core.id };
  if (core.architecture === 'armv7-a') return { kind: 'llvm', mtriple: 'armv7a-linux-gnueabihf', mcpu: core.id };
  return undefined;
}
