// What pruning costs in accuracy on the fixtures, without any training after it: right answers on the evaluation set, by criterion and share.
//   node scripts/run-ts.mjs bench/prune.ts
import { readFileSync } from 'node:fs';
import { classLabels } from '../src/accuracy/class-labels.ts';
import { openFloatRunner } from '../src/calibrate/open-float-runner.ts';
import type { DataSet } from '../src/data/data-set.ts';
import { folderSource } from '../src/data/folder-source.ts';
import { readDataSet } from '../src/data/read-data-set.ts';
import { readModel } from '../src/formats/read-model.ts';
import type { Graph } from '../src/graph/graph.ts';
import { inferShapes } from '../src/graph/infer-shapes.ts';
import { graphMacs } from '../src/graph/macs.ts';
import { graphParameters } from '../src/graph/parameters.ts';
import { simplifyOnnx } from '../src/passes/simplify.ts';
import { optimizeTflite } from '../src/passes/tflite/optimize.ts';
import { type PruningStatistics, pruneChannels, pruningStatistics } from '../src/prune/prune-channels.ts';
import { pruneWeights } from '../src/prune/prune-weights.ts';
import { numbersTable, writeSection } from './page.ts';

const readSamples = (path: string): Promise<DataSet> => readDataSet(path, folderSource('.'));

function readGraph(path: string, simplify: boolean): Graph {
  const graph = inferShapes(readModel(readFileSync(path), path).graph);
  if (graph.dialect === 'tflite') return optimizeTflite(graph);
  return simplify ? simplifyOnnx(graph) : graph;
}

async function accuracy(graph: Graph, data: DataSet): Promise<number> {
  const labels = classLabels(data);
  const [output = -1] = graph.outputs;
  const runner = await openFloatRunner(graph, [output], data.path);
  let count = 0;
  for (let index = 0; index < data.count; index += 1) {
    const scores = (await runner.run(await data.sample(index))).get(output) ?? new Float32Array(1);
    if (scores.indexOf(Math.max(...scores)) === labels[index]) count += 1;
  }
  await runner.close();
  return (100 * count) / data.count;
}

const models = [
  ['fixtures/digits', 'wider/digits.onnx'],
  ['fixtures/digits', 'wider/digits-float.tflite'],
  ['fixtures/hard', 'hard-float.tflite'],
] as const;
const ratios = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6];
const cell = (value: number) => value.toFixed(1);
const header = (first: string) => [first, ...ratios.map((ratio) => `${100 * ratio} %`)];
const parts: string[] = [];

for (const [folder, name] of models) {
  const graph = readGraph(`${folder}/${name}`, true);
  const evaluation = await readSamples(`${folder}/evaluation.npz`);
  const statistics = await pruningStatistics(graph, {
    data: await readSamples(`${folder}/calibration.npz`),
    samples: 160,
  });
  const [macs, parameters] = [graphMacs(graph), graphParameters(graph)];
  parts.push(
    `\`${folder}/${name}\`: ${(await accuracy(graph, evaluation)).toFixed(1)} % right, ${macs} MACs, ${parameters} parameters.`,
  );
  let rows: string[][] = [];
  const row = async (title: string, prune: (ratio: number) => Graph) => {
    const cells: string[] = [];
    for (const ratio of ratios) cells.push(cell(await accuracy(prune(ratio), evaluation)));
    rows.push([title, ...cells]);
  };
  const { channels, patches } = statistics;
  const ways: Readonly<Record<string, PruningStatistics>> = {
    plain: { channels, patches: new Map() },
    'means in the biases': { channels, patches },
    'weights fitted anew': statistics,
  };
  const pruned = (criterion: 'l1' | 'l2' | 'activation', way: string) => (ratio: number) =>
    pruneChannels(graph, {
      amount: { ratio },
      criterion,
      multipleOf: 1,
      ...(ways[way] === undefined ? {} : { statistics: ways[way] }),
    }).graph;
  for (const criterion of ['l1', 'l2', 'activation'] as const) {
    for (const way of Object.keys(ways)) await row(`${criterion}, ${way}`, pruned(criterion, way));
  }
  if (name.endsWith('.onnx')) {
    const whole = readGraph(`${folder}/${name}`, false);
    const own = await pruningStatistics(whole, { data: await readSamples(`${folder}/calibration.npz`), samples: 160 });
    await row(
      'batch-norm, weights fitted anew',
      (ratio) =>
        pruneChannels(whole, { amount: { ratio }, criterion: 'batch-norm', multipleOf: 1, statistics: own }).graph,
    );
  }
  rows.push([
    'MACs left, % (activation)',
    ...ratios.map((ratio) => cell((100 * graphMacs(pruned('activation', 'weights fitted anew')(ratio))) / macs)),
  ]);
  parts.push(numbersTable(header('channels removed'), rows));
  rows = [];
  const means = statistics.patches;
  const { moments } = statistics;
  const known = moments === undefined ? { means } : { means, moments };
  for (const across of ['layer', 'network'] as const) {
    await row(`per ${across}, plain`, (sparsity) => pruneWeights(graph, { sparsity, across }).graph);
    await row(
      `per ${across}, means in the biases`,
      (sparsity) => pruneWeights(graph, { sparsity, across, means }).graph,
    );
    await row(`per ${across}, others make up`, (sparsity) => pruneWeights(graph, { sparsity, across, ...known }).graph);
  }
  parts.push(numbersTable(header('weights set to 0'), rows));
}
const text = ['Right answers in % of 600, without any training after it.', ...parts].join('\n\n');
console.log(text);
writeSection('prune', text);
