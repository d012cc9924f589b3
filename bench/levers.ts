// What the accuracy levers do on the fixtures: signal-to-noise of the integer model against the float model on held-out calibration samples, accuracy on the evaluation set.
//   node scripts/run-ts.mjs bench/levers.ts [min-max|percentile|mse|entropy [MODEL CALIBRATION EVALUATION]]
import { readFileSync } from 'node:fs';
import { classLabels } from '../src/accuracy/class-labels.ts';
import { calibrate } from '../src/calibrate/calibrate.ts';
import { openFloatRunner } from '../src/calibrate/open-float-runner.ts';
import type { Observer } from '../src/calibrate/range.ts';
import type { DataSet } from '../src/data/data-set.ts';
import { folderSource } from '../src/data/folder-source.ts';
import { readDataSet } from '../src/data/read-data-set.ts';
import { readModel } from '../src/formats/read-model.ts';
import type { Graph } from '../src/graph/graph.ts';
import { inferShapes } from '../src/graph/infer-shapes.ts';
import { biasLever, compensatingLevers, equalisingLevers, holdOut } from '../src/levers/accuracy-levers.ts';
import { chooseLevers } from '../src/levers/choose-levers.ts';
import type { QuantizeGraph } from '../src/levers/correct-bias.ts';
import { openQuantized } from '../src/levers/open-quantized.ts';
import { nearnessTo } from '../src/levers/signal-to-noise.ts';
import { simplifyOnnx } from '../src/passes/simplify.ts';
import { optimizeTflite } from '../src/passes/tflite/optimize.ts';
import { observedOnnxTensors, prepareOnnx, quantizeOnnxGraph } from '../src/quantize/onnx/quantize-onnx.ts';
import { dequantizeWeights } from '../src/quantize/tflite/dequantize-weights.ts';
import { observedTensors } from '../src/quantize/tflite/observed.ts';
import { quantizeTflite } from '../src/quantize/tflite/quantize-tflite.ts';
import { commit, numbersTable, writeSection } from './page.ts';

const observer = (process.argv[2] ?? 'mse') as Observer;

function readGraph(path: string): Graph {
  const graph = readModel(readFileSync(path), path).graph;
  return graph.dialect === 'onnx'
    ? prepareOnnx(simplifyOnnx(inferShapes(graph)))
    : dequantizeWeights(optimizeTflite(graph));
}

const readSamples = (path: string): Promise<DataSet> => readDataSet(path, folderSource('.'));

async function quantiser(graph: Graph, data: DataSet): Promise<QuantizeGraph> {
  const observed = graph.dialect === 'onnx' ? observedOnnxTensors(graph) : observedTensors(graph);
  const { ranges } = await calibrate(graph, observed, data, { observer });
  return (changed) =>
    (changed.dialect === 'onnx' ? quantizeOnnxGraph(changed, ranges) : quantizeTflite(changed, ranges)).graph;
}

async function right(graph: Graph, data: DataSet): Promise<number> {
  const labels = classLabels(data);
  const [output = -1] = graph.outputs;
  const runner = await openQuantized(graph, [output]);
  let count = 0;
  for (let index = 0; index < data.count; index += 1) {
    const scores = (await runner.run(await data.sample(index))).get(output) ?? new Float32Array(1);
    if (scores.indexOf(Math.max(...scores)) === labels[index]) count += 1;
  }
  await runner.close();
  return count;
}

const fixture = (folder: string, name: string) =>
  [`fixtures/${folder}/${name}`, `fixtures/${folder}/calibration.npz`, `fixtures/${folder}/evaluation.npz`] as const;
const [, , , model, calibrationPath, evaluationPath] = process.argv;
const models =
  model === undefined
    ? [
        fixture('digits', 'base/digits.onnx'),
        fixture('digits', 'base/digits-float.tflite'),
        fixture('digits', 'worse/digits-float.tflite'),
        fixture('hard', 'hard.onnx'),
        fixture('hard', 'hard-float.tflite'),
      ]
    : [[model, calibrationPath ?? '', evaluationPath ?? ''] as const];

const summary: string[][] = [];
const steps: string[][] = [];
for (const [path, forCalibration, forEvaluation] of models) {
  const calibration = holdOut(await readSamples(forCalibration));
  const evaluation = await readSamples(forEvaluation);
  const original = readGraph(path);
  const accuracy = async (graph: Graph) => ((100 * (await right(graph, evaluation))) / evaluation.count).toFixed(2);
  const nearness = nearnessTo(original, { data: calibration.held });
  const score = async (graph: Graph) => nearness(graph, await quantiser(graph, calibration.fit));
  const levers = [
    ...equalisingLevers({ data: calibration.fit }),
    ...compensatingLevers({ data: calibration.fit, calibrate: (graph) => quantiser(graph, calibration.fit) }),
  ];
  const started = performance.now();
  const before = await chooseLevers(original, levers, score);
  const quantize = await quantiser(before.graph, calibration.fit);
  const bias = biasLever({ data: calibration.fit, quantize });
  const last = await chooseLevers(before.graph, [bias], (graph) => nearness(graph, quantize));
  const seconds = (performance.now() - started) / 1000;
  const integer = async (graph: Graph) => accuracy((await quantiser(graph, calibration.fit))(graph));
  summary.push([
    `\`${path}\``,
    await floatAccuracy(original, evaluation),
    await integer(original),
    await accuracy(quantize(last.graph)),
    seconds.toFixed(1),
  ]);
  const plain = await quantiser(original, calibration.fit);
  const alone = [
    ...levers.map(
      ({ apply }) =>
        async () =>
          integer(await apply(original)),
    ),
    async () => accuracy(plain(await biasLever({ data: calibration.fit, quantize: plain }).apply(original))),
  ];
  for (const [index, { lever, before: score, after, isKept }] of [...before.outcomes, ...last.outcomes].entries()) {
    const change =
      after === null ? ['', '', 'changes nothing'] : [score.toFixed(2), after.toFixed(2), isKept ? 'kept' : 'dropped'];
    // Each alone, for what it does to accuracy.
    steps.push([`\`${path}\``, lever, ...change, (await alone[index]?.()) ?? '']);
  }
}
const text = [
  `int8 with ranges by ${observer}, right answers in % of the evaluation set, and the seconds that it took to try the levers.`,
  '',
  numbersTable(['network', 'float', 'int8', 'int8 with levers', 's'], summary),
  '',
  'Step by step: signal to noise in dB on calibration samples held out, before and after; and right answers in % with that lever alone.',
  '',
  numbersTable(['network', 'lever', 'before', 'after', '', 'alone, %'], steps, [0, 1, 4]),
  '',
  `Written at ${commit()}.`,
].join('\n');
console.log(text);
if (process.argv[2] === undefined) writeSection('levers', text);

async function floatAccuracy(graph: Graph, data: DataSet): Promise<string> {
  const labels = classLabels(data);
  const [output = -1] = graph.outputs;
  const runner = await openFloatRunner(graph, [output], data.path);
  let count = 0;
  for (let index = 0; index < data.count; index += 1) {
    const scores = (await runner.run(await data.sample(index))).get(output) ?? new Float32Array(1);
    if (scores.indexOf(Math.max(...scores)) === labels[index]) count += 1;
  }
  await runner.close();
  return ((100 * count) / data.count).toFixed(2);
}
