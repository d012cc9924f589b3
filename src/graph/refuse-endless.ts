import { UserError } from '../errors.ts';
import { elementCount } from './access.ts';
import type { Graph, Tensor } from './graph.ts';
import { inferShapes } from './infer-shapes.ts';
import { nestedGraphs } from './traversal.ts';
import { graphWork } from './work.ts';

/** Elements of a tensor that are computed here: 2^28, 1 GiB of float32, which is 32 channels of a picture of 3840 × 2160. */
export const mostRunElements = 2 ** 28;

/** Work of any model that is run here, about a second: twice the multiply-accumulates of MobileNetV2 at 224 × 224. */
const work = 6e8;
/**
 * And for each byte of its constants: half a million places where each is used. Of a thousand models as they are published, none takes more than 60,000
 * multiply-accumulates per byte beyond that, trained ones up to 13,000; a kilobyte that states more states paddings, not a network.
 */
const workPerByte = 2 ** 19;
/** Work of one inference however large the file: some minutes of a core, and several times the largest detectors. */
const mostWork = 2 ** 40;

/** The work of one inference that the gate does for such a model; see `graphWork`. */
export function mostRunWork(graph: Graph): number {
  return Math.min(mostWork, work + workPerByte * constantBytes(graph));
}

/**
 * Refuses a model that no device here could run and that this machine would not come to an end with. A file of a kilobyte can state that: convolutions
 * with paddings of thousands, a Resize by thousands, a loop of millions. Estimates take shapes alone and need no such limit.
 * How often TensorFlow Lite's loops turn is known only when they do: the interpreter counts.
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
  const asked = graphWork(inferred);
  const most = mostRunWork(inferred);
  if (asked === Number.POSITIVE_INFINITY) {
    throw new UserError(
      'A Loop of the model has no most turns and may have no end: give it a number as its first input, M.',
    );
  }
  if (!(asked > most)) return;
  throw new UserError(
    `One inference takes the work of ${asked.toExponential(1)} multiply-accumulates, more than the ${most.toExponential(1)} that the gate does for a model with ${constantBytes(inferred)} bytes of weights; check paddings, scales and loops.`,
  );
}

/** Bytes of constants. Tensors may share bytes of the file, which holds them once. */
function constantBytes(graph: Graph): number {
  const shown = new Map<ArrayBufferLike, number>();
  const add = ({ data }: Tensor) => {
    if (data !== undefined) shown.set(data.buffer, (shown.get(data.buffer) ?? 0) + data.byteLength);
  };
  const visit = ({ tensors, operators, subgraphs }: Graph): void => {
    tensors.forEach(add);
    for (const operator of operators) {
      for (const attribute of Object.values(operator.attributes)) if (attribute.kind === 'tensor') add(attribute.value);
      nestedGraphs(operator).forEach(visit);
    }
    subgraphs.forEach(visit);
  };
  visit(graph);
  return [...shown].reduce((sum, [buffer, bytes]) => sum + Math.min(bytes, buffer.byteLength), 0);
}
