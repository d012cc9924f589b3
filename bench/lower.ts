/**
 * Lowers ONNX models to TensorFlow Lite, runs both, and prints what came of it: operators, TRANSPOSEs inside, the largest difference to ONNX Runtime
 * relative to the largest magnitude of an output, time.
 *
 *     node scripts/run-ts.mjs bench/lower.ts MODELS_DIRECTORY [--python PYTHON] [--filter TEXT]
 *
 * With a python that has `ai_edge_litert`, LiteRT runs the written file too.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf } from '../src/errors.ts';
import { readOnnx } from '../src/formats/onnx/read.ts';
import { writeTflite } from '../src/formats/tflite/write.ts';
import { inferShapes } from '../src/graph/infer-shapes.ts';
import { openInterpreter } from '../src/kernels/run-graph.ts';
import { lowerToTflite } from '../src/lower/lower.ts';
import { loadOnnxRuntime } from '../src/onnx-runtime/load.ts';
import { simplifyOnnx } from '../src/passes/simplify.ts';
import { randomInputs, relativeDifference, toOnnxLayout, toTfliteLayout } from '../test/lower/compare.ts';
import { machine, numbersTable, versionsOf, writeSection } from './page.ts';

const { values, positionals } = parseArgs({
  args: process.argv.slice(2),
  allowPositionals: true,
  options: { python: { type: 'string' }, filter: { type: 'string', default: '' } },
});
const [directory] = positionals;
if (directory === undefined)
  throw new Error('usage: bench/lower.ts MODELS_DIRECTORY [--python PYTHON] [--filter TEXT]');
const runtime = await loadOnnxRuntime();
const folder = mkdtempSync(path.join(tmpdir(), 'lower-'));
const files = readdirSync(directory, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.onnx') && file.includes(values.filter))
  .sort();

const header = ['model', 'operators ONNX → TFLite', 'TRANSPOSE', 'our kernels', 'LiteRT', 'lowering, ms'];
const rows: (readonly string[])[] = [];
const refused: string[] = [];
for (const file of files) {
  const name = path.basename(file);
  const row = await measure(path.join(directory, file)).catch((error: unknown) => messageOf(error).slice(0, 230));
  if (typeof row === 'string') refused.push(`${name} (${row.replace(/\.$/, '')})`);
  else rows.push([name, ...row]);
  console.log(typeof row === 'string' ? refused.at(-1) : rows.at(-1)?.join(' | '));
}
rmSync(folder, { recursive: true });
if (values.filter === '') {
  const far = rows.filter(([, , , ours]) => Number(ours) > 1e-4).length;
  const versions =
    values.python === undefined ? '' : `Compared with ${versionsOf(values.python, ['ai-edge-litert'])}; `;
  writeSection(
    'lower',
    [
      'The largest difference of the float .tflite to ONNX Runtime on the ONNX model, relative to the largest magnitude of an output, on random inputs: in our kernels, and in LiteRT.',
      '',
      numbersTable(header, rows, [0, 1]),
      '',
      `Farther off than 1e-4 in our kernels: ${far} of ${rows.length}. Not converted: ${refused.join('; ')}.`,
      '',
      `${versions}${machine()}.`,
    ].join('\n'),
  );
}

async function measure(file: string): Promise<readonly string[]> {
  const bytes = readFileSync(file);
  const simple = simplifyOnnx(inferShapes(readOnnx(bytes, file), {}));
  const start = performance.now();
  const lowered = lowerToTflite(simple);
  const written = writeTflite(lowered.graph);
  const milliseconds = performance.now() - start;
  const { operators } = lowered.graph;
  const transposes = operators.filter(({ type }) => type === 'TRANSPOSE').length;
  const shown = [`${simple.operators.length} → ${operators.length}`, String(transposes)];
  const inputs = randomInputs(simple, 5);
  const given = simple.inputs.map((id, index) =>
    toTfliteLayout(inputs[index] as never, simple.tensors[id], lowered.inputs[index]),
  );
  const interpreter = attempt(() => openInterpreter(lowered.graph));
  let expected: readonly ArrayLike<number | bigint>[];
  try {
    const session = await runtime.open(bytes, { optimization: 'disabled' });
    const feeds = Object.fromEntries(
      simple.inputs.map((id, index) => {
        const tensor = simple.tensors[id];
        if (tensor === undefined) throw new Error('no such input');
        return [tensor.name, { dtype: tensor.dtype, shape: tensor.shape as number[], data: inputs[index] as never }];
      }),
    );
    const results = await session.run(feeds);
    expected = simple.outputs.map((id) => results[simple.tensors[id]?.name ?? '']?.data as ArrayLike<number>);
    await session.close();
  } catch (error) {
    return [...shown, `ONNX Runtime: ${messageOf(error).slice(0, 60)}`, '', milliseconds.toFixed(0)];
  }
  const difference = (outputs: readonly ArrayLike<number | bigint>[]) =>
    Math.max(
      ...outputs.map((output, index) => {
        const id = simple.outputs[index] ?? -1;
        return relativeDifference(
          expected[index] ?? [],
          toOnnxLayout(output, simple.tensors[id], lowered.outputs[index]),
        );
      }),
    );
  const own =
    typeof interpreter === 'string' ? interpreter : difference(interpreter.run(given as never)).toExponential(1);
  const peer = values.python === undefined ? 'skipped' : litert(values.python, written, given as never, difference);
  return [...shown, own, peer, milliseconds.toFixed(0)];
}

function attempt<T>(run: () => T): T | string {
  try {
    return run();
  } catch (error) {
    return messageOf(error).slice(0, 160);
  }
}

/** Runs the file with LiteRT's reference kernels in the bench's python. */
function litert(
  python: string,
  model: Uint8Array,
  inputs: readonly ArrayBufferView[],
  difference: (outputs: readonly ArrayLike<number>[]) => number,
): string {
  const at = path.join(folder, 'model');
  writeFileSync(`${at}.tflite`, model);
  for (const [index, input] of inputs.entries()) writeFileSync(`${at}.${index}.in`, input as Uint8Array);
  const script = `
import sys, numpy as np
from ai_edge_litert.interpreter import Interpreter
at = sys.argv[1]
i = Interpreter(at + '.tflite'); i.allocate_tensors()
for k, d in enumerate(i.get_input_details()):
    i.set_tensor(d['index'], np.fromfile(f'{at}.{k}.in', d['dtype']).reshape(d['shape']))
i.invoke()
for k, d in enumerate(i.get_output_details()):
    i.get_tensor(d['index']).astype('float32').tofile(f'{at}.{k}.out')
print(len(i.get_output_details()))
`;
  const result = spawnSync(python, ['-c', script, at], { encoding: 'utf8' });
  if (result.status !== 0) return `LiteRT: ${result.stderr.trim().split('\n').at(-1)?.slice(0, 120)}`;
  const count = Number(result.stdout.trim().split('\n').at(-1));
  const outputs = Array.from({ length: count }, (_, index) => {
    const bytes = readFileSync(`${at}.${index}.out`);
    return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  });
  return difference(outputs).toExponential(1);
}
