import type { Range } from '../../calibrate/range.ts';
import type { Graph, Tensor, TensorId } from '../../graph/graph.ts';
import type { Forms } from './parameters.ts';

/** A graph while its operators are written anew. */
export interface Rewriting {
  readonly graph: Graph;
  readonly forms: Forms;
  readonly ranges: ReadonlyMap<TensorId, Range>;
  readonly add: (tensor: Tensor) => TensorId;
  /** The tensor of an operator's input as it takes it, with a QUANTIZE before where it is made otherwise. */
  readonly taken: (index: number, position: number) => TensorId;
  /** The tensor that an operator makes. */
  readonly made: (id: TensorId) => TensorId;
}
