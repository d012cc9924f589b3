/** Quantisation alone as a program, for what a whole process takes: MODEL.onnx DATA.npz OUTPUT.onnx OBSERVER SAMPLES. With 0 samples ONNX Runtime opens the model, and that is all. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Observer } from '../src/calibrate/range.ts';
import { folderSource } from '../src/data/folder-source.ts';
import { readDataSet } from '../src/data/read-data-set.ts';
import { readOnnx } from '../src/formats/onnx/read.ts';
import { writeOnnx } from '../src/formats/onnx/write.ts';
import { loadOnnxRuntime } from '../src/onnx-runtime/load.ts';
import { simplifyOnnx } from '../src/passes/simplify.ts';
import { quantizeOnnx } from '../src/quantize/onnx/quantize-onnx.ts';

const [input = '', data = '', output = '', observer = 'mse', samples = '50'] = process.argv.slice(2);
if (samples === '0') {
  await (await loadOnnxRuntime()).open(readFileSync(input));
  process.exit();
}
const graph = simplifyOnnx(readOnnx(readFileSync(input), input));
const calibration = await readDataSet(path.basename(data), folderSource(path.dirname(data)));
const quantized = await quantizeOnnx(graph, calibration, { observer: observer as Observer, samples: Number(samples) });
writeFileSync(output, writeOnnx(quantized.graph));
