// How many multiply-accumulates a second our kernels do on one core: the plain ones, those in WebAssembly, and beside them LiteRT's XNNPACK.
//   node scripts/run-ts.mjs bench/kernels.ts [python with ai-edge-litert] [part of a file name]
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readTflite } from '../src/formats/tflite/read.ts';
import type { Graph } from '../src/graph/graph.ts';
import { graphMacs } from '../src/graph/macs.ts';
import { openInterpreter } from '../src/kernels/run-graph.ts';
import { referenceDirectory } from './reference.ts';

const tiny = 'mlcommons+tiny/benchmark/training';
const models = [
  `${tiny}/visual_wake_words/trained_models/vww_96_int8.tflite`,
  `${tiny}/image_classification/trained_models/pretrainedResnet_quant.tflite`,
  `${tiny}/keyword_spotting/trained_models/kws_ref_model.tflite`,
  `${tiny}/anomaly_detection/trained_models/ad01_int8.tflite`,
  `${tiny}/visual_wake_words/trained_models/vww_96_float.tflite`,
  `${tiny}/image_classification/trained_models/pretrainedResnet.tflite`,
];

const [python = '', wanted = ''] = process.argv.slice(2);

/** Milliseconds of one invocation of LiteRT on one thread: the median of those within a second. */
const litertScript = `
import sys, time, numpy
from ai_edge_litert.interpreter import Interpreter
interpreter = Interpreter(model_path=sys.argv[1], num_threads=1)
interpreter.allocate_tensors()
for detail in interpreter.get_input_details():
    random = numpy.random.randint(-128, 128, detail['shape']).astype(detail['dtype'])
    interpreter.set_tensor(detail['index'], random)
times, end = [], time.perf_counter() + 1
while time.perf_counter() < end:
    start = time.perf_counter()
    interpreter.invoke()
    times.append(time.perf_counter() - start)
print(1000 * sorted(times)[len(times) // 2])
`;

/** Milliseconds of one invocation: the median of those within a second, after one that lets the code be compiled. */
function milliseconds(graph: Graph, fast: boolean): number {
  const interpreter = openInterpreter(graph, { fast });
  const inputs = interpreter.inputs.map(({ values }) => {
    const random = values.slice();
    for (let index = 0; index < random.length; index++) random[index] = Math.floor(Math.random() * 256) - 128;
    return random;
  });
  const times: number[] = [];
  const start = performance.now();
  while (performance.now() < start + 2000) {
    const before = performance.now();
    interpreter.run(inputs);
    const now = performance.now();
    if (now > start + 1000 || times.length === 0) times.push(now - before);
  }
  return times.sort((a, b) => a - b)[times.length >> 1] ?? Number.NaN;
}

for (const model of models.filter((name) => name.includes(wanted))) {
  const file = path.join(referenceDirectory, 'models', model);
  const graph = readTflite(readFileSync(file), model);
  const macs = graphMacs(graph);
  const cell = (name: string, time: number) =>
    `${name} ${time.toFixed(3)} ms ${(macs / time / 1e6).toFixed(2)} G MAC/s`;
  const cells = [cell('plain', milliseconds(graph, false)), cell('fast', milliseconds(graph, true))];
  if (python !== '') {
    const printed = execFileSync(python, ['-c', litertScript, file], { stdio: ['ignore', 'pipe', 'ignore'] });
    cells.push(cell('LiteRT', Number(printed.toString())));
  }
  console.log(`${path.basename(model)} (${(macs / 1e6).toFixed(2)} M MAC): ${cells.join(', ')}`);
}
