import { writeTflite } from '../formats/tflite/write.ts';
import { isConstant, tensorAt } from '../graph/access.ts';
import type { Graph, TensorId } from '../graph/graph.ts';
import { liveness } from '../graph/liveness.ts';
import { decodeOperator, type StreamKind } from '../kernels/decode-format.ts';
import { type Candidate, candidateOf } from './candidates.ts';
import { defaultLookupBytes } from './encode-huffman.ts';
import { insertDecode } from './insert-decode.ts';

/** What weights may become, and what that may cost. */
export interface EncodeOptions {
  /** Encodings to choose from; all without it. */
  readonly kinds?: readonly StreamKind[];
  /** Which tensors may be encoded; all without it. */
  readonly may?: (tensor: TensorId) => boolean;
  /** Encode all that gets smaller in the file, whatever memory, time and code it costs. */
  readonly force?: boolean;
  /** Bytes of flash that the operator's code takes, once. */
  readonly codeBytes?: number;
  /** How many bytes of flash a byte more of memory must save at least; 1 without it. */
  readonly flashPerRam?: number;
  /** Memory that a graph needs on the device; without it the most bytes of tensors that are alive at once. */
  readonly memoryBytes?: (graph: Graph) => number;
  /** Time that a graph takes; with it the encoded one takes at most `maximumSlowdown` more, 0.25 of it without a number. */
  readonly time?: (graph: Graph) => number;
  readonly maximumSlowdown?: number;
  /** What a look-up less at every inference is worth, in bytes of flash; decoders with less to do are preferred by it. 0: the smallest file. */
  readonly lookupBytes?: number;
}

/** What became of a weight tensor. */
interface EncodedTensor {
  readonly tensor: string;
  /** `undefined`: it stays as it is, because nothing is smaller, or because memory would cost more than flash is saved. */
  readonly kind: StreamKind | undefined;
  /** The smallest encoding, chosen or not. */
  readonly smallest: StreamKind | undefined;
  /** Bytes in the file as it was and in the encoding that was chosen, else the smallest, with all that the file needs to say. */
  readonly before: number;
  readonly after: number;
}

export interface EncodedWeights {
  readonly graph: Graph;
  readonly report: readonly EncodedTensor[];
  /** Bytes of the file before and after; the operator's code comes on top. */
  readonly fileBytes: readonly [number, number];
  /** Memory before and after, as `memoryBytes` counts it. */
  readonly memoryBytes: readonly [number, number];
}

/** Code of TFLM_DECODE with its three decoders: tensorflow/tflite-micro 90b983c for a Cortex-M4, gcc 12.2 with -O2, an image with it less one without. */
const defaultCodeBytes = 18_680;
/** How much more a look-up is worth in the second try, where time is limited: decoding an element by Huffman's code then counts two thirds of a byte. */
const hurry = 16;

/**
 * Stores weights of an integer TensorFlow Lite graph as streams that TensorFlow Lite Micro decodes at every inference: as tables, Huffman codes or masks,
 * whichever is smallest for each tensor. Nothing is lost: the outputs stay the same, bit for bit.
 *
 * A decoded tensor is in memory while its operator runs. So tensors are taken in order of the memory that they need in all, and as many of them
 * as save the most flash less the operator's code and less memory times `flashPerRam`, while time stays within its limit:
 * where a weight is used once per inference, decoding it takes longer than using it. A graph where nothing is gained is given back as it is.
 * Weights of the main graph only.
 */
export function encodeWeights(graph: Graph, options: EncodeOptions = {}): EncodedWeights {
  const { kinds = ['table', 'huffman', 'mask'], may = () => true, force = false, flashPerRam = 1 } = options;
  const memoryBytes = options.memoryBytes ?? ((each: Graph) => liveness(each).lowerBound);
  const hasCode = graph.operators.some(({ type, domain }) => domain === 'custom' && type === decodeOperator);
  const codeBytes = hasCode ? 0 : (options.codeBytes ?? defaultCodeBytes);
  const { time, maximumSlowdown = 0.25, lookupBytes = defaultLookupBytes } = options;
  const candidatesFor = (worth: number) =>
    graph.tensors.flatMap((tensor, id) =>
      isConstant(tensor) && may(id) ? (candidateOf(graph, id, kinds, worth) ?? []) : [],
    );
  const smallest = candidatesFor(lookupBytes);
  const memoryBefore = memoryBytes(graph);
  const mostTime = time === undefined ? 0 : (1 + maximumSlowdown) * time(graph);
  const gainOf = (candidates: readonly Candidate[]): number => {
    const saved = candidates.reduce((sum, { before, after }) => sum + before - after, 0);
    const encoded = insertDecode(graph, candidates);
    if (time !== undefined && time(encoded) > mostTime) return Number.NEGATIVE_INFINITY;
    return saved - codeBytes - flashPerRam * Math.max(0, memoryBytes(encoded) - memoryBefore);
  };
  // Where time is short, decoders that are faster and streams that are larger may allow more tensors.
  const lists = force || time === undefined ? [smallest] : [smallest, candidatesFor(hurry * lookupBytes)];
  const chosen = force
    ? smallest.filter(isSmaller)
    : bestPrefix(
        lists.map((list) => inOrderOfMemory(graph, list.filter(isSmaller))),
        gainOf,
      );
  const fileBefore = writeTflite(graph).byteLength;
  const encoded = insertDecode(graph, chosen);
  const fileAfter = encoded === graph ? fileBefore : writeTflite(encoded).byteLength;
  const memoryAfter = memoryBytes(encoded);
  const isGain = force || fileBefore - fileAfter > codeBytes + flashPerRam * Math.max(0, memoryAfter - memoryBefore);
  const kept = isGain ? chosen : [];
  return {
    graph: isGain ? encoded : graph,
    report: smallest.map((candidate) => {
      const taken = kept.find(({ tensor }) => tensor === candidate.tensor);
      const { before, after } = taken ?? candidate;
      return {
        tensor: tensorAt(graph, candidate.tensor).name,
        kind: taken?.encoding.kind,
        smallest: isSmaller(candidate) ? candidate.encoding.kind : undefined,
        before,
        after,
      };
    }),
    fileBytes: [fileBefore, isGain ? fileAfter : fileBefore],
    memoryBytes: [memoryBefore, isGain ? memoryAfter : memoryBefore],
  };
}

const isSmaller = ({ before, after }: Candidate) => after < before;

/** Those first that need least while their operator runs: what is alive then, and the decoded tensor. */
function inOrderOfMemory(graph: Graph, candidates: readonly Candidate[]): readonly Candidate[] {
  const { liveBytes } = liveness(graph);
  const needed = ({ consumers, before }: Candidate) =>
    before + consumers.reduce((most, consumer) => Math.max(most, liveBytes[consumer] ?? 0), 0);
  return candidates.toSorted((a, b) => needed(a) - needed(b) || a.tensor - b.tensor);
}

/** The first so many of one of the lists for which `gain` is largest and above 0; none where it never is. */
function bestPrefix<T>(lists: readonly (readonly T[])[], gain: (prefix: readonly T[]) => number): readonly T[] {
  let best: readonly T[] = [];
  let most = 0;
  for (const list of lists) {
    for (let length = 1; length <= list.length; length++) {
      const prefix = list.slice(0, length);
      const gained = gain(prefix);
      if (gained > most) [best, most] = [prefix, gained];
    }
  }
  return best;
}
