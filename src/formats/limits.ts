import { mostElements } from '../graph/check-extents.ts';

/**
 * What a model file may ask of this program. Files come from pull requests, so each number is a bound on harm:
 * far above every model for the devices at hand, far below what exhausts a runner with 7 GB of memory.
 */
export const formatLimits = {
  /** A model file. GitHub refuses blobs over 100 MiB and the largest board here has 8 GB for everything; two models are held at once. */
  modelBytes: 512 * 2 ** 20,
  /** Tensors of a model, all subgraphs together. With `tensorElements` of at most 16 bytes each, sums of bytes stay exact in a double (2^17 · 2^32 · 2^4 = 2^53). */
  tensors: 2 ** 17,
  /** Operators of a model, all subgraphs together. Large language models unrolled into one graph have about 10^4. */
  operators: 2 ** 17,
  /** Subgraphs of a model. Converters write one per control-flow body; a thousand is more than any of them makes. */
  subgraphs: 1024,
  /** Buffers: one for every tensor and every metadata entry. */
  buffers: 2 ** 18,
  /** Entries of a list that belongs to the model as a whole: metadata, signatures, operator codes, files outside. */
  entries: 2 ** 14,
  /** Extents of a shape. Kernels of both runtimes stop at 8; 64 leaves room for every converter's intermediate forms. */
  rank: 64,
  /** Elements of a tensor. */
  tensorElements: mostElements,
  /** Bytes of a name. Converters join fused names with `;` to a few kilobytes. */
  nameBytes: 2 ** 16,
  /** Values taken out of the file outside constant data (tables, list elements, characters), also when parts are referred to more than once. */
  values: 2 ** 24,
  /** Sentences in `Graph.notes`; what comes after is counted. */
  notes: 100,
} as const;
