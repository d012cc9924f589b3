// How many multiply-accumulates a second our kernels do on one core: the plain ones, those in WebAssembly, and beside them LiteRT's XNNPACK; the float models as 16×8 too.
//   node scripts/run-ts.mjs bench/kernels.ts [python with ai-edge-litert] [part of a file name]
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { calibrate } from '../src/calibrate/calibrate.ts';
import { syntheticData } from '../src/calibrate/synthetic.ts';
import { readTflite } from '../src/formats/tflite/read.ts';
import { writeTflite } from '../src/formats/tflite/write.ts';
import type { Graph } from '../src/graph/graph.ts';
import { graphMacs } from '../src/graph/macs.ts';
import { type InterpreterOptions, openInterpreter } from '../src/kernels/run-graph.ts';
import { observedTensors } from '../src/quantize/tflite/observed.ts';
import { quantizeTflite } from '../src/quantize/tflite/quantize-tflite.ts';
import { machine, numbersTable, versionsOf, writeSection } from './page.ts';
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

/** Milliseconds of the processor for one invocation of LiteRT on one thread. */
const litertScript = `
import sys, time, numpy
from ai_edge_litert.interpreter import Interpreter
interpreter = Interpreter(model_path=sys.argv[1], num_threads=1)
interpreter.allocate_tensors()
for detail in interpreter.get_input_details():
    random = numpy.random.randint(-128, 128, detail['shape']).astype(detail['dtype'])
    interpreter.set_tensor(detail['index'], random)
interpreter.invoke()
runs, start = 0, time.process_time()
while time.process_time() < start + 1:
    interpreter.invoke()
    runs += 1
print(1000 * (time.process_time() - start) / runs)
`;

/** Milliseconds of the processor for one invocation: the mean over a second, after one that lets the code be compiled. What else runs on the machine does not count. */
function milliseconds(graph: Graph, options: InterpreterOptions): number {
  const interpreter = openInterpreter(graph, options);
  const inputs = interpreter.inputs.map(({ values }) => {
    const random = values.slice();
    for (let index = 0; index < random.length; index++) random[index] = Math.floor(Math.random() * 256) - 128;
    return random;
  });
  const runFor = (least: number): number => {
    const before = process.cpuUsage();
    for (let runs = 1; ; runs++) {
      interpreter.run(inputs);
      const { user, system } = process.cpuUsage(before);
      if (user + system >= least * 1e6) return (user + system) / 1000 / runs;
    }
  };
  runFor(0.5);
  return runFor(1);
}

/** A float model with int16 activations and int8 weights. */
async function int16x8(float: Graph): Promise<Graph> {
  const options = { observer: 'min-max', samples: 4 } as const;
  const { ranges } = await calibrate(float, observedTensors(float), syntheticData(float), options);
  return quantizeTflite(float, ranges, { activations: 'int16' }).graph;
}

const rows: string[][] = [];
const litertOf = (file: string): number | undefined =>
  python === ''
    ? undefined
    : Number(execFileSync(python, ['-c', litertScript, file], { stdio: ['ignore', 'pipe', 'ignore'] }).toString());

function bench(name: string, numbers: string, graph: Graph, file: string, options: InterpreterOptions = {}): void {
  const macs = graphMacs(graph);
  const cell = (time: number | undefined): string =>
    time === undefined ? '–' : `${time.toFixed(3)} ms, ${(macs / time / 1e6).toFixed(2)} G/s`;
  const [plain, fast, litert] = [milliseconds(graph, { fast: false }), milliseconds(graph, options), litertOf(file)];
  const ratio = (time: number | undefined): string =>
    time === undefined ? '–' : `${(time / fast).toFixed(time < fast ? 2 : 1)}×`;
  rows.push([
    name,
    numbers,
    (macs / 1e6).toFixed(2),
    cell(plain),
    cell(fast),
    ratio(plain),
    cell(litert),
    ratio(litert),
  ]);
  console.log(rows.at(-1)?.join(' | '));
}

const folder = mkdtempSync(path.join(tmpdir(), 'edge-ready-kernels-'));
for (const model of models.filter((name) => name.includes(wanted))) {
  const file = path.join(referenceDirectory, 'models', model);
  const graph = readTflite(readFileSync(file), model);
  const isFloat = graph.inputs.some((id) => graph.tensors[id]?.dtype === 'float32');
  const name = path.basename(model, '.tflite');
  bench(name, isFloat ? 'float32' : 'int8', graph, file);
  if (!isFloat) continue;
  bench(name, 'float32, single', graph, file, { floats: 'single' });
  const wide = await int16x8(graph);
  const written = path.join(folder, 'wide.tflite');
  writeFileSync(written, writeTflite(wide));
  bench(name, '16×8', wide, written);
}
rmSync(folder, { recursive: true });
const header = ['model', 'numbers', 'M MAC', 'plain', 'WebAssembly', 'plain takes', 'LiteRT', 'LiteRT takes'];
const text = [
  'The processor’s time for one inference on one thread, and multiply-accumulates in it; means over a second. Plain kernels and those in WebAssembly give the same bits, but for floats in plain single precision ("single"), which is what calibration runs; LiteRT (XNNPACK, its reference kernels for 16×8) is not bound to the device’s.',
  numbersTable(header, rows, [0, 1]),
  `${python === '' ? '' : `${versionsOf(python, ['ai-edge-litert'])}; `}${machine()}.`,
].join('\n\n');
console.log(text);
if (wanted === '' && python !== '') writeSection('kernels', text);
