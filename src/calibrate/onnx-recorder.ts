import { UserError } from '../errors.ts';
import { type OnnxRuntime, OnnxRuntimeError, type OnnxSession, type OnnxValue } from '../onnx-runtime/session.ts';
import { type Counters, type Feeds, makeCounters, type Recorder } from './recorder.ts';
import { highestOf, lowestOf } from './with-extents.ts';

/** What an ONNX recorder runs. */
export interface OnnxRecording {
  /** Whose outputs are the watched tensors; or their extremes, named as `withExtents` does. */
  readonly model: Uint8Array;
  /** The watched tensors; what is no output is an input. */
  readonly watched: readonly string[];
  readonly extents: boolean;
}

/** A recorder in ONNX Runtime. @throws OnnxRuntimeError when it does not load the model */
export async function openOnnxRecorder(
  { model, watched, extents }: OnnxRecording,
  runtime: OnnxRuntime,
  threads: number,
): Promise<Recorder> {
  const session = await runtime.open(model, { threads, sparesMemory: true });
  const counters = makeCounters(watched.length, extents);
  const run = extents ? (feeds: Feeds) => session.run(feeds) : runInPlace(session, counters);
  return {
    record: async (feeds) => {
      const results = await run(feeds).catch(asUserError);
      for (const [index, name] of watched.entries()) {
        for (const found of [results[name], results[lowestOf(name)], results[highestOf(name)], feeds[name]]) {
          if (found?.data instanceof Float32Array) counters.add(index, found.data);
        }
      }
    },
    histograms: async () => counters.histograms,
    close: () => session.close(),
  };
}

/** Has ONNX Runtime write all outputs to the same memory again and again, from where they are counted without a copy. */
function runInPlace(
  session: OnnxSession,
  counters: Counters,
): (feeds: Feeds) => Promise<Readonly<Record<string, OnnxValue>>> {
  let into: Readonly<Record<string, OnnxValue>> | undefined;
  let isPossible = session.outputs.every(({ dtype }) => dtype === 'float32');
  const place = (outputs: readonly { readonly name: string; readonly shape: readonly number[] }[]) => {
    const arrays = counters.allocate(
      outputs.map(({ shape }) => shape.reduce((product, extent) => product * extent, 1)),
    );
    into = Object.fromEntries(
      outputs.map(({ name, shape }, index) => [
        name,
        { dtype: 'float32', shape, data: arrays[index] ?? new Float32Array(0) },
      ]),
    );
  };
  const isFixed = (output: { readonly shape: OnnxSession['outputs'][number]['shape'] }): boolean =>
    output.shape.every((extent) => typeof extent === 'number');
  if (isPossible && session.outputs.every(isFixed)) {
    place(session.outputs.map(({ name, shape }) => ({ name, shape: shape as readonly number[] })));
  }
  return async (feeds) => {
    if (into !== undefined && isPossible) {
      try {
        return await session.run(feeds, into);
      } catch (error) {
        if (!(error instanceof OnnxRuntimeError)) throw error;
        // Shapes differ from those of the first sample; or the model fails, as the run below will show.
        isPossible = false;
      }
    }
    const results = await session.run(feeds);
    if (isPossible) place(Object.entries(results).map(([name, { shape }]) => ({ name, shape })));
    return results;
  };
}

/** What ONNX Runtime says of a model that it has loaded is the user's to solve. */
export function asUserError(error: unknown): never {
  if (error instanceof OnnxRuntimeError)
    throw new UserError(`ONNX Runtime fails on the model in calibration: ${error.message}`);
  throw error;
}
