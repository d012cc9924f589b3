import type { Graph, Operator } from '../../../graph/graph.ts';
import type { KernelCost } from '../../../targets/board.ts';
import type { KernelBuild } from '../kernels.ts';

/** How often each term of a kernel's cost counts; absent terms do not. */
export type Work = Readonly<Partial<Record<keyof KernelCost, number>>>;

/** Which kernel runs an operator, and how much it has to do. */
export interface KernelWork {
  /** Key of a core's kernel library, `<kernel>/<element type>`: `conv-1x1/int8`, `add/float32`. */
  readonly kernel: string;
  readonly work: Work;
}

/** A kernel by its name without the type. */
export interface NamedWork {
  readonly name: string;
  readonly work: Work;
}

/** What every rule is given. */
export interface Situation {
  readonly graph: Graph;
  readonly operator: Operator;
  /** `int8`, `int16` or `float32`: types that share a kernel of their own; everything else moves data by its size. */
  readonly type: 'int8' | 'int16' | 'float32';
  readonly build: KernelBuild;
  /** Elements of all outputs, and of the data input. */
  readonly outputs: number;
  readonly inputs: number;
}

/** The rule of a family of operators; `undefined` when the operator is not of that family. */
export type WorkRule = (situation: Situation) => NamedWork | undefined;
