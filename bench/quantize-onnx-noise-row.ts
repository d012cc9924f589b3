/** One row of the second part of bench/quantize-onnx.ts as a program: MODEL.onnx FOLDER [PYTHON]. Prints what it knows as lines of JSON, the last of which holds: cells, or a reason as text, or null. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { makeRandom } from '../src/basics/random.ts';
import { calibrateByEach } from '../src/calibrate/choose-observer.ts';
import { openFloatRunner } from '../src/calibrate/open-float-runner.ts';
import { observers } from '../src/calibrate/range.ts';
import type { DataArray, DataSet } from '../src/data/data-set.ts';
import { writeNpz } from '../src/data/write-npz.ts';
import { readOnnx } from '../src/formats/onnx/read.ts';
import { writeOnnx } from '../src/formats/onnx/write.ts';
import { tensorAt } from '../src/graph/access.ts';
import type { Graph, TensorId } from '../src/graph/graph.ts';
import { inferShapes } from '../src/graph/infer-shapes.ts';
import { graphMacs } from '../src/graph/macs.ts';
import { producers } from '../src/graph/traversal.ts';
import { calibratorOf } from '../src/optimize/calibrator.ts';
import { pullLevers } from '../src/optimize/pull-levers.ts';
import { quantiserOf } from '../src/optimize/quantiser.ts';
import { simplifyOnnx } from '../src/passes/simplify.ts';
import { isQuantized } from '../src/quantize/is-quantized.ts';
import { observedOnnxTensors, prepareOnnx, quantizeOnnxGraph } from '../src/quantize/onnx/quantize-onnx.ts';

/** Seconds that quantize_static may take for its three methods on one model. */
const peerSeconds = 120;
const peerMethods = ['MinMax', 'Percentile', 'Entropy'];

const tell = (found: readonly string[] | string | undefined): void => console.log(JSON.stringify(found ?? null));

/** Samples to calibrate with, and after them samples on which outputs are compared: 50 and 32, of large models fewer. */
function samplesFor(graph: Graph): { readonly samples: number; readonly held: number } {
  const samples = Math.max(16, Math.min(50, Math.floor(1e10 / graphMacs(inferShapes(graph)))));
  return { samples, held: Math.min(32, samples) };
}

/** The cells after the model's name, or why there are none; of a model that is no float `undefined`. What is found before the peer is asked is told first. */
async function rowOf(
  file: string,
  python: string | undefined,
  folder: string,
): Promise<readonly string[] | string | undefined> {
  const original = readOnnx(readFileSync(file), file);
  if (isQuantized(original)) return undefined;
  const { samples, held } = samplesFor(original);
  const graph = prepareOnnx(simplifyOnnx(original));
  if (observedOnnxTensors(graph).length === 0) return 'no operator becomes integer';
  const arrays = noiseFor(original, samples + held);
  if (arrays === undefined) return 'an input is no float or has no shape';
  const [fit, others] = [dataSetOf(arrays, 0, samples), dataSetOf(arrays, samples, held)];
  const expected = await resultsFor(original, others);
  if (expected.every((values) => varies(values, expected[0]) === false)) {
    return 'the float outputs are the same for every sample';
  }
  const decibels = async (graph: Graph): Promise<number> => ratio(expected, await resultsFor(graph, others));
  const found: number[] = [];
  const by = await calibrateByEach(graph, observedOnnxTensors(graph), fit);
  for (const observer of observers) found.push(await decibels(quantizeOnnxGraph(graph, by(observer).ranges).graph));
  const quantiser = quantiserOf('onnx', { numbers: 'int8' });
  const pulled = await pullLevers(graph, quantiser, fit, calibratorOf(graph, quantiser, fit), {});
  const { ranges } = pulled.calibration ?? (await calibratorOf(pulled.graph, quantiser, fit).by({}));
  const withLevers = await decibels(quantizeOnnxGraph(pulled.graph, ranges).graph);
  const row = [`${samples}`, ...found.map(words), words(withLevers)];
  if (python === undefined) return [...row, '', '', ''];
  tell([...row, '', 'not in time', '']);
  const best = await bestOfPeer(file, graph, python, folder, arrays, samples, decibels);
  if (best === undefined) return [...row, '', 'no valid model', ''];
  return [...row, words(best.decibels), best.how, words(withLevers - best.decibels)];
}

const words = (value: number): string => (value > 190 ? 'exact' : value.toFixed(1));

/** The most that quantize_static reaches, and how; `undefined` when it makes nothing that ONNX Runtime runs. */
async function bestOfPeer(
  file: string,
  prepared: Graph,
  python: string,
  folder: string,
  arrays: Readonly<Record<string, DataArray>>,
  samples: number,
  decibels: (graph: Graph) => Promise<number>,
): Promise<{ readonly decibels: number; readonly how: string } | undefined> {
  const inFolder = (name: string): string => path.join(folder, name);
  const [data, copy, simplified] = [inFolder('noise.npz'), inFolder('copy.onnx'), inFolder('simplified.onnx')];
  // It writes beside the model that it is given, which must not be the reference set's.
  writeFileSync(copy, readFileSync(file));
  writeFileSync(data, writeNpz(arrays));
  writeFileSync(simplified, writeOnnx(prepared));
  for (const name of readdirSync(folder)) if (name.startsWith('peer-')) rmSync(path.join(folder, name));
  let best: { readonly decibels: number; readonly how: string } | undefined;
  for (const [model, kind] of [
    [copy, 'original'],
    [simplified, 'simplified'],
  ] as const) {
    const output = inFolder(`peer-${kind}-METHOD.onnx`);
    const script = path.resolve('bench', 'quantize-onnx-peer.py');
    // One process for all methods: their start takes longer than their work on models of this size.
    const run = spawnSync(python, [script, model, data, output, peerMethods.join(','), String(samples)], {
      encoding: 'utf8',
      timeout: peerSeconds * 1000,
    });
    if (run.status !== 0)
      console.error(
        `${path.basename(file)} ${kind}: ${run.signal === null ? run.stderr.trim().split('\n').at(-1) : `only methods made in ${peerSeconds} s count`}`,
      );
    for (const method of peerMethods) {
      const made = output.replace('METHOD', method);
      if (!existsSync(made)) continue;
      // What it makes of operator sets before 13 is no valid model.
      const value = await decibels(readOnnx(readFileSync(made), made)).catch(() => undefined);
      if (value !== undefined && !(best !== undefined && best.decibels >= value)) {
        best = { decibels: value, how: `${method} ${kind}` };
      }
    }
  }
  return best;
}

/** What is passed on the way from an output back to what is squashed or quantised at the end. */
const passed = /^(QuantizeLinear|DequantizeLinear|Identity)$/;
const squashing = /^(Softmax|LogSoftmax|Sigmoid)$/;

/** For each output the tensor to compare: itself, or what a softmax or sigmoid at the end gets. */
function comparedTensors(graph: Graph): readonly TensorId[] {
  const makers = producers(graph);
  return graph.outputs.map((output) => {
    let id = output;
    for (;;) {
      const operator = graph.operators[makers.get(id) ?? -1];
      const [input] = operator?.inputs ?? [];
      if (operator === undefined || input === null || input === undefined) return output;
      if (squashing.test(operator.type)) return input;
      if (!passed.test(operator.type)) return output;
      id = input;
    }
  });
}

/** What a graph computes for every sample, all compared tensors one after the other. */
async function resultsFor(graph: Graph, data: DataSet): Promise<readonly Float32Array[]> {
  const watched = comparedTensors(graph);
  const runner = await openFloatRunner(graph, watched, data.path);
  try {
    const results: Float32Array[] = [];
    for (let index = 0; index < data.count; index += 1) {
      const values = await runner.run(await data.sample(index));
      results.push(Float32Array.from(watched.flatMap((id) => Array.from(values.get(id) ?? []))));
    }
    return results;
  } finally {
    await runner.close();
  }
}

const varies = (values: Float32Array, first: Float32Array | undefined): boolean =>
  values.some((value, index) => value !== first?.[index]);

function ratio(expected: readonly Float32Array[], actual: readonly Float32Array[]): number {
  let [signal, difference] = [0, 0];
  for (const [sample, values] of expected.entries()) {
    for (const [index, value] of values.entries()) {
      signal += value ** 2;
      difference += (value - (actual[sample]?.[index] ?? Number.NaN)) ** 2;
    }
  }
  if (Number.isNaN(difference)) throw new Error('outputs are missing or no numbers');
  return 10 * Math.log10(signal / Math.max(difference, signal * 1e-20));
}

function dataSetOf(arrays: Readonly<Record<string, DataArray>>, from: number, count: number): DataSet {
  return {
    path: 'noise',
    sha256: '',
    count,
    names: Object.keys(arrays),
    labels: undefined,
    sample: async (index) =>
      Object.fromEntries(
        Object.entries(arrays).map(([name, { shape, data }]) => {
          const size = data.length / (shape[0] ?? 1);
          const part = data.slice((from + index) * size, (from + index + 1) * size) as Float32Array;
          return [name, { dtype: 'float32', shape: shape.slice(1), data: part }];
        }),
      ),
  };
}

/** So many samples of noise for every input of a model, smooth where it is a picture; `undefined` when an input is no float. */
function noiseFor(graph: Graph, count: number): Readonly<Record<string, DataArray>> | undefined {
  const random = makeRandom(11);
  const uniform = () => (random(2 ** 24) + 0.5) / 2 ** 24;
  const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  const arrays: Record<string, DataArray> = {};
  for (const id of graph.inputs) {
    const { name, dtype, shape } = tensorAt(graph, id);
    if (dtype !== 'float32' || shape === undefined) return undefined;
    const extents = shape.map((extent) => (typeof extent === 'number' && extent > 0 ? extent : 1));
    // A batch of one is the sample itself; more is the model's own.
    const each = extents[0] === 1 ? extents.slice(1) : extents;
    const size = each.reduce((product, extent) => product * extent, 1);
    const values = new Float32Array(count * size);
    for (let sample = 0, at = 0; sample < count; sample += 1) {
      const gain = 0.3 + uniform();
      let last = 0;
      for (let index = 0; index < size; index += 1) {
        last = 0.7 * last + 0.7 * normal();
        values[at++] = gain * last;
      }
    }
    arrays[name] = { dtype: 'float32', shape: [count, ...each], data: values };
  }
  return arrays;
}

const [file = '', folder = '', python] = process.argv.slice(2);
tell(
  await rowOf(file, python, folder).catch((error: unknown) =>
    String(error)
      .split('\n')[0]
      ?.replace(/^\w*Error: /, '')
      .slice(0, 160),
  ),
);
