import type { Graph, ModelFormat } from '../graph/graph.ts';
import type { Finding } from '../measurement/measurement.ts';
import type { Artifact } from '../runtimes/runtime.ts';
import type { AppliedRecipe } from './recipe.ts';

/** A model as it was committed. */
export interface Model {
  readonly path: string;
  readonly format: ModelFormat;
  readonly bytes: Uint8Array;
  readonly graph: Graph;
}

/** What a recipe made of a model. */
export interface Optimized {
  readonly recipe: AppliedRecipe;
  readonly artifact: Artifact;
  readonly findings: readonly Finding[];
  /** Of integers made from a calibration set: how near each tensor comes to the float model's, in dB by the tensor's name. */
  readonly noise?: ReadonlyMap<string, number>;
}

/** True for a model that a runtime has saved in its own format: what could be done to it is done, and what it was made from is where anything else begins. */
export function isFinal({ format }: Pick<Model, 'format'>): boolean {
  return format === 'ort';
}
