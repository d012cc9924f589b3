import { UserError } from '../errors.ts';
import { elementCount } from './access.ts';
import type { Graph } from './graph.ts';
import { inferShapes } from './infer-shapes.ts';
import { graphMacs } from './macs.ts';

/** Elements of a tensor that are computed here: 2^28, 1 GiB of float32, which is 32 channels of a picture of 3840 × 2160. */
export const mostRunElements = 2 ** 28;

/** Multiply-accumulates of one inference that is run here: 2^40, some minutes of a core, and several times the largest detectors. */
export const mostRunMacs = 2 ** 40;

/**
 * Refuses a model that no device here could run and that this machine would not come to an end with. A file of a kilobyte can state that: convolutions
 * with paddings of millions, a Resize by thousands. Estimates take shapes alone and need no such limit.
 * @throws UserError naming the tensor or the number
 */
export function refuseEndless(graph: Graph): void {
  const inferred = inferShapes(graph);
  const large = inferred.tensors.find(
    (tensor) => tensor.data === undefined && (elementCount(tensor) ?? 0) > mostRunElements,
  );
  if (large !== undefined) {
    throw new UserError(
      `The tensor ${JSON.stringify(large.name.slice(0, 100))} has ${elementCount(large)} elements, more than the ${mostRunElements} of a model that the gate runs; check the paddings and scales that lead to it.`,
    );
  }
  const macs = graphMacs(inferred);
  if (macs > mostRunMacs) {
    throw new UserError(
      `One inference takes ${macs.toExponential(1)} multiply-accumulates, more than the ${mostRunMacs.toExponential(1)} of a model that the gate runs.`,
    );
  }
}
