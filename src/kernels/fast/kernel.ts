import type { Node } from '../kernel.ts';
import type { FastMemory } from './memory.ts';

/** A kernel with the same results as the operator's plain one, in WebAssembly; `undefined` where it does not cover the case. Its plain kernel has accepted the operator. */
export type FastKernel = (node: Node, memory: FastMemory) => (() => void) | undefined;
