import { openGraph } from '../onnx-runtime/open-graph.ts';
import type { OnnxRuntime } from '../onnx-runtime/session.ts';
import { highestOf, lowestOf } from './appended.ts';
import { asUserError } from './onnx-recorder.ts';
import { makeCounters, type Recorder } from './recorder.ts';
import { extremesOutput, type WithExtents } from './with-extents.ts';

/** A recorder in ONNX Runtime of the extremes of values alone. @param watched names; what has no extremes is an input @throws OnnxRuntimeError when it does not load the model */
export async function openExtremesRecorder(
  withExtents: WithExtents,
  watched: readonly string[],
  runtime: OnnxRuntime,
  threads: number,
): Promise<Recorder> {
  const session = await openGraph(runtime, withExtents.graph, { threads, sparesMemory: true });
  const counters = makeCounters(watched.length, true);
  const places = watched.map((name) => {
    const elements = [lowestOf(name), highestOf(name)].map((each) => withExtents.places.get(each));
    return { name, elements: elements.filter((element) => element !== undefined) };
  });
  return {
    seesEverything: false,
    record: async (feeds, sample) => {
      const extremes = (await session.run(feeds).catch(asUserError))[extremesOutput];
      for (const [index, { name, elements }] of places.entries()) {
        const values =
          elements.length > 0 ? Float32Array.from(elements, (at) => Number(extremes?.data[at])) : feeds[name]?.data;
        if (values instanceof Float32Array) counters.add({ index, values }, sample);
      }
    },
    histograms: async () => counters.histograms(),
    close: () => session.close(),
  };
}
