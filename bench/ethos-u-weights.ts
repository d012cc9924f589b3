/**
 * What Vela's coding of weights makes of weights that share values and of zeros, by Vela itself and by our model of it: bytes of the compiled file.
 *
 *     node scripts/run-ts.mjs bench/ethos-u-weights.ts [NETWORK]      part of a network's name; the rows of others stay on the page. Needs Vela, which the gate installs on first use.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { clusterWeights } from '../src/cluster/cluster-weights.ts';
import { weightTensors } from '../src/cluster/weight-tensors.ts';
import { readTflite } from '../src/formats/tflite/read.ts';
import { writeTflite } from '../src/formats/tflite/write.ts';
import { tensorAt } from '../src/graph/access.ts';
import type { Graph } from '../src/graph/graph.ts';
import { npuConfiguration } from '../src/runtimes/ethos-u/configuration.ts';
import { modelledFacts } from '../src/runtimes/ethos-u/model/modelled-facts.ts';
import { runVela } from '../src/runtimes/ethos-u/run-vela.ts';
import { machine, numbersTable, sectionRows, writeSection } from './page.ts';
import { referenceDirectory } from './reference.ts';

const [wanted = ''] = process.argv.slice(2);
const section = 'ethos-u-weights';
const training = 'mlcommons+tiny/benchmark/training';
const networks = {
  'keyword spotting': `${training}/keyword_spotting/trained_models/kws_ref_model.tflite`,
  'visual wake words': `${training}/visual_wake_words/trained_models/vww_96_int8.tflite`,
  'image classification': `${training}/image_classification/trained_models/pretrainedResnet_quant.tflite`,
  'anomaly detection': `${training}/anomaly_detection/trained_models/ad01_int8.tflite`,
};
const accelerators = ['ethos-u55-128', 'ethos-u85-256'] as const;

/** The share of each tensor's weights that are smallest become 0. */
function sparse(graph: Graph, share: number): Graph {
  const tensors = [...graph.tensors];
  for (const { tensor } of weightTensors(graph)) {
    const { data = new Uint8Array(), ...rest } = tensorAt(graph, tensor);
    const weights = new Int8Array(data.slice().buffer);
    const limit = weights.map(Math.abs).sort()[Math.floor(share * weights.length)] ?? 0;
    tensors[tensor] = { ...rest, data: new Uint8Array(weights.map((w) => (Math.abs(w) < limit ? 0 : w)).buffer) };
  }
  return { ...graph, tensors };
}

const shared = (bits: number, scope: 'tensor' | 'channel') => (graph: Graph) =>
  clusterWeights(graph, { bits, scope }).graph;
const variants: readonly (readonly [string, (graph: Graph) => Graph])[] = [
  ['as they are', (graph) => graph],
  ['4 bits, values of a channel', shared(4, 'channel')],
  ...[5, 4, 3, 2].map((bits) => [`${bits} bits`, shared(bits, 'tensor')] as const),
  ...[0.5, 0.7, 0.9].map((share) => [`${100 * share} % zeros`, (graph: Graph) => sparse(graph, share)] as const),
  ['70 % zeros, 4 bits', (graph) => shared(4, 'tensor')(sparse(graph, 0.7))],
];

const header = ['network', 'weights', ...accelerators.flatMap((each) => [each, 'ours', 'off by'])];

const names = Object.keys(networks);
let rows: (readonly string[])[] = sectionRows(section).filter(([name = '']) => names.includes(name));
for (const [name, file] of Object.entries(networks)) {
  if (!name.includes(wanted)) continue;
  const graph = readTflite(readFileSync(path.join(referenceDirectory, 'models', file)), file);
  rows = rows.filter(([known]) => known !== name);
  for (const [weights, change] of variants) {
    const changed = change(graph);
    const cells: string[] = [];
    for (const accelerator of accelerators) {
      const configuration = npuConfiguration(accelerator);
      const run = await runVela(writeTflite(changed), configuration);
      if (run.status !== 'compiled') throw new Error(run.reason);
      const own = modelledFacts(changed, configuration).fileBytes;
      cells.push(`${run.bytes.length}`, `${own}`, `${(100 * (own / run.bytes.length - 1)).toFixed(1)} %`);
    }
    rows.push([name, weights, ...cells]);
    console.log(rows.at(-1)?.join(' | '));
  }
  rows.sort(([one = ''], [other = '']) => names.indexOf(one) - names.indexOf(other));
  writeSection(
    section,
    [
      'Bytes of the compiled file of int8 networks whose weights share so many values, or of which so many are zero (the smallest of each tensor): by Vela 5.2.0, and by our model of it. Values are shared by all channels of a',
      'tensor, but for the second row of each network.',
      '',
      numbersTable(header, rows, [0, 1]),
      '',
      `${machine()}.`,
    ].join('\n'),
  );
}
