import type { Graph, ModelFormat } from '../graph/graph.ts';
import type { Finding, Layer, Memory, Metric, Part } from '../measurement/measurement.ts';
import type { QdqRules } from '../quantize/onnx/qdq-rules.ts';
import type { Target } from '../targets/target.ts';

export type { Part } from '../measurement/measurement.ts';

/** What the device would load: the bytes, and the graph as its runtime sees it. */
export interface Artifact {
  readonly format: ModelFormat;
  readonly bytes: Uint8Array;
  readonly graph: Graph;
}

/** What a runtime can say of an artifact without running it. Metrics are `null` with a reason in `unavailable`. */
export interface Estimate {
  readonly deployable: boolean;
  readonly peakRam: Metric | null;
  readonly flash: Metric | null;
  /** Of an accelerator that keeps results and weights in memories of its own; left out where there is none. */
  readonly dataMemory?: Metric;
  readonly weightMemory?: Metric;
  readonly latency: Metric | null;
  readonly energy: Metric | null;
  readonly unavailable: Readonly<
    Partial<Record<'peakRam' | 'flash' | 'dataMemory' | 'weightMemory' | 'latency' | 'energy', string>>
  >;
  readonly memory: Memory | null;
  readonly parts: { readonly peakRam: readonly Part[]; readonly flash: readonly Part[] };
  readonly layers: readonly Layer[];
  readonly findings: readonly Finding[];
}

/** What a target's own compiler made of an artifact, and what it reports of it: metrics with basis `measured` that name tool and version. */
export interface Compiled {
  readonly bytes: Uint8Array;
  /** The file's extension: `tflite`, `engine`, `c`. */
  readonly format: string;
  /** What the tool knows better than the estimate; the rest of the estimate stays. */
  readonly known: Partial<Estimate>;
}

/** What an optimised model still gains by being for one runtime and target, outputs bit for bit the same there: a memory plan, an order of operators. */
export interface Finish {
  /** Names of its passes, in the order in which they run. */
  readonly passes: readonly string[];
  /** The graph after those of the passes that are named. */
  readonly apply: (graph: Graph, target: Target, only: readonly string[]) => Graph;
}

/**
 * A runtime that models are shipped to. A folder under `runtimes/` that implements this, and an entry in `registry.ts`, is all it takes to add one.
 * All functions are pure: the same artifact and target give the same answer on any machine.
 */
export interface Runtime {
  /** As it is written in a target: `tflm`, `onnxruntime`. */
  readonly id: string;
  /** As people call it: `TensorFlow Lite Micro`. */
  readonly title: string;
  /** The model formats it loads. A model of another format gets a finding, not a guess. */
  readonly loads: readonly ModelFormat[];
  /** True when this runtime loads and runs such a graph well as it is on the target, so that recipe `auto` judges it as committed. */
  readonly takesAsIs: (graph: Graph, target: Target) => boolean;
  /** What its int8 in QDQ form has to be like on a target; as ONNX Runtime's where it is left out. */
  readonly qdqRules?: (target: Target) => QdqRules;
  /** Called by every recipe but `none`; absent where there is nothing to gain. */
  readonly finish?: Finish;
  /** Memory, flash, latency and energy of the artifact on the target, its layers, and what the runtime lacks. */
  readonly estimate: (artifact: Artifact, target: Target) => Estimate;
  /**
   * The code that models of one firmware need together, from the parts of `flash` of each that are shared as `runtime`.
   * Absent where parts of the same name are the same bytes, so that the largest of each stays.
   */
  readonly linkTogether?: (models: readonly (readonly Part[])[], target: Target) => readonly Part[];
  /**
   * The target's own compiler, where it can be had: what it makes of the artifact and what it says of it, in place of the estimate. The one function here that is not pure.
   * `undefined` when the tool is not on this machine; a finding of the estimate then says how to get it.
   * @throws UserError when the tool refuses the artifact for a reason that the user can change
   */
  readonly compile?: (artifact: Artifact, target: Target) => Promise<Compiled | undefined>;
  /** Which version of that compiler would run here for the target, `undefined` for none. What a runtime compiles without saying this is never taken from a cache. */
  readonly compilerVersion?: (target: Target) => Promise<string | undefined>;
  /** True where that compiler also runs the model, on this very machine, so that it says something else each time: it is asked each time. */
  readonly compilerRunsModel?: boolean;
}
