/** Run as a program beside a bundled worker.js: samples recorded over threads and in one, compared; prints what was found as JSON. */
import { addHistogram, type Histogram, newHistogram } from '../../src/calibrate/histogram.ts';
import { makeCounters, type Recorded, type Recorder } from '../../src/calibrate/recorder.ts';
import { openTfliteRecorder } from '../../src/calibrate/tflite-recorder.ts';
import { openCounter } from '../../src/calibrate/threads/counter.ts';
import { openThreadedRecorder } from '../../src/calibrate/threads/recorder.ts';
import { writeTflite } from '../../src/formats/tflite/write.ts';
import type { Graph } from '../../src/graph/graph.ts';
import { numbers } from '../quantize/small-network.ts';
import { tfliteGraph, tfliteOperator } from '../support/tflite-models.ts';

const extents = [1, 40, 40, 64];
const size = 40 * 40 * 64;
const graph: Graph = tfliteGraph({
  tensors: ['x', 'positive', 'limited'].map((name) => ({ name, dtype: 'float32', shape: extents })),
  operators: [
    tfliteOperator('RELU', { inputs: [0], outputs: [1] }),
    tfliteOperator('TANH', { inputs: [0], outputs: [2] }),
  ],
  inputs: [0],
  outputs: [0, 1, 2],
});

async function recorded(recorder: Recorder): Promise<readonly Histogram[]> {
  const next = numbers(9);
  for (let sample = 0; sample < 12; sample += 1) {
    const data = Float32Array.from({ length: size }, () => next() * (sample + 1));
    await recorder.record({ x: { dtype: 'float32', shape: extents, data } }, sample);
    // What it was given may be freed, or hold the next sample.
    data.fill(1e6);
  }
  const first = await recorder.histograms();
  // Asked again, they are the same.
  const again = await recorder.histograms();
  await recorder.close();
  return JSON.stringify(first) === JSON.stringify(again) ? first : [];
}

const answers: Record<string, unknown> = {};
for (const wantsExtents of [false, true]) {
  const task = { kind: 'record', model: writeTflite(graph), extents: wantsExtents } as const;
  const threaded = openThreadedRecorder(task);
  if (threaded === undefined) throw new Error('there are no threads');
  const [many, one] = [await recorded(threaded), await recorded(openTfliteRecorder(graph, wantsExtents))];
  const empty = newHistogram();
  if (many[0] !== undefined) addHistogram(empty, many[0]);
  answers[wantsExtents ? 'extents' : 'counts'] = {
    tensors: many.length,
    isSame: JSON.stringify(many) === JSON.stringify(one),
    mergesIntoNothing: JSON.stringify(empty) === JSON.stringify(many[0]),
    largest: many[0]?.max,
  };
}

/** Values of two tensors of three samples, made anew each time as they are given away. */
const samplesOf = () =>
  [0, 1, 2].map((sample) => {
    const next = numbers(sample + 1);
    const values = (length: number) => Float32Array.from({ length }, () => next() * (sample + 1));
    const recorded: readonly Recorded[] = [
      { index: 0, values: values(70_000) },
      { index: 0, values: values(70_000), extremes: { lowest: -9, highest: 10 * sample } },
      { index: 1, values: values(10) },
    ];
    return { sample, recorded };
  });
const counter = openCounter(2);
if (counter === undefined) throw new Error('there is no thread');
const given = samplesOf();
for (const counted of given) await counter.add(counted);
const alone = makeCounters(2, false);
for (const { sample, recorded } of samplesOf()) for (const each of recorded) alone.add(each, sample);
answers.counting = {
  isSame: JSON.stringify(await counter.histograms()) === JSON.stringify(alone.histograms()),
  isGivenAway: given.every(({ recorded }) => recorded.every(({ values }) => values.length === 0)),
};
await counter.close();
console.log(JSON.stringify(answers));
