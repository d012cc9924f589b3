import type { Sample } from '../data/data-set.ts';
import type { TensorId } from '../graph/graph.ts';

/** A float model of either dialect whose inner tensors can be watched. */
export interface FloatRunner {
  /**
   * One inference, from fresh state: the elements of every watched float tensor, constants and inputs too. The arrays are written over by the next run: copy what is to stay.
   * @throws UserError when the sample does not fit the model or the model fails on it
   */
  readonly run: (sample: Sample) => Promise<ReadonlyMap<TensorId, Float32Array>>;
  readonly close: () => Promise<void>;
}
