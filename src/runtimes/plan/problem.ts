import { type BufferRequest, overlapInTime } from './buffers.ts';

/** Buffers to be placed, with what every search asks of them again and again. Ids count the requests that are not empty. */
export interface Problem {
  readonly count: number;
  /** The request behind each id. */
  readonly requestOf: readonly number[];
  readonly bytes: Float64Array;
  /** Moments at which each buffer is alive, both inclusive; only those count at which one starts after another ended. */
  readonly first: Int32Array;
  readonly last: Int32Array;
  readonly moments: number;
  /** Ids that are alive together with each id. */
  readonly neighbours: readonly Int32Array[];
  /** Bytes alive at each moment; no plan is smaller than the most of them. */
  readonly live: Float64Array;
  readonly lowerBound: number;
}

/** The planning problem of some buffers that may go anywhere; offsets that are fixed are not heeded. */
export function planningProblem(requests: readonly BufferRequest[]): Problem {
  const requestOf = requests.flatMap(({ bytes }, index) => (bytes > 0 ? [index] : []));
  const buffers = requestOf.flatMap((index) => requests[index] ?? []);
  const momentOf = essentialMoments(buffers);
  const moments = Math.max(0, ...momentOf.map(({ last }) => last + 1));
  const bytes = Float64Array.from(buffers, (buffer) => buffer.bytes);
  const live = new Float64Array(moments);
  momentOf.forEach(({ first, last }, id) => {
    for (let moment = first; moment <= last; moment++) live[moment] = (live[moment] ?? 0) + (bytes[id] ?? 0);
  });
  return {
    count: buffers.length,
    requestOf,
    bytes,
    first: Int32Array.from(momentOf, ({ first }) => first),
    last: Int32Array.from(momentOf, ({ last }) => last),
    moments,
    neighbours: buffers.map((buffer, id) =>
      Int32Array.from(
        buffers.flatMap((other, otherId) => (otherId !== id && overlapInTime(buffer, other) ? [otherId] : [])),
      ),
    ),
    live,
    lowerBound: live.reduce((most, sum) => Math.max(most, sum), 0),
  };
}

/**
 * Lifetimes in moments of which each has buffers that no other has together: time between two starts without an end adds nothing.
 * Two buffers overlap afterwards exactly when they did before.
 */
function essentialMoments(
  buffers: readonly BufferRequest[],
): readonly { readonly first: number; readonly last: number }[] {
  const starts = [...new Set(buffers.map(({ first }) => first))].sort((a, b) => a - b);
  const ends = [...new Set(buffers.map(({ last }) => last))].sort((a, b) => a - b);
  // A new moment begins with the first start after an end.
  const momentOfStart = new Map<number, number>();
  let moment = -1;
  let end = 0;
  for (const start of starts) {
    let isNew = moment === -1;
    while (end < ends.length && (ends[end] ?? 0) < start) {
      isNew = true;
      end++;
    }
    if (isNew) moment++;
    momentOfStart.set(start, moment);
  }
  return buffers.map(({ first, last }) => {
    let low = 0;
    let high = starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= last) low = middle + 1;
      else high = middle;
    }
    return { first: momentOfStart.get(first) ?? 0, last: momentOfStart.get(starts[low - 1] ?? 0) ?? 0 };
  });
}
