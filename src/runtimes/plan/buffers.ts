/** A piece of memory that is needed from one moment to another, both inclusive. */
export interface BufferRequest {
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
  /** Where it must be, when somebody has decided that already. */
  readonly offset?: number;
}

/** Where each buffer goes, in the order of the requests, and the bytes that all of them span. */
export interface Plan {
  readonly offsets: readonly number[];
  readonly bytes: number;
}

/** True when two buffers are needed at the same moment. */
export function overlapInTime(a: BufferRequest, b: BufferRequest): boolean {
  return a.first <= b.last && b.first <= a.last;
}

/** `bytes` rounded up to a multiple of `alignment`. */
export function alignUp(bytes: number, alignment: number): number {
  return Math.ceil(bytes / alignment) * alignment;
}
