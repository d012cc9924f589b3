import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { UserError } from '../../../src/errors.ts';
import { inferShapes } from '../../../src/graph/infer-shapes.ts';
import { openModel } from '../../../src/measuring/measure.ts';
import { automatic } from '../../../src/optimize/recipe.ts';
import { totalBytes } from '../../../src/runtimes/estimate/total-bytes.ts';
import { glow } from '../../../src/runtimes/glow/runtime.ts';
import type { Artifact, Runtime } from '../../../src/runtimes/runtime.ts';
import { stEdgeAi } from '../../../src/runtimes/st-edge-ai/runtime.ts';
import { synap } from '../../../src/runtimes/synap/runtime.ts';
import { tensorrt } from '../../../src/runtimes/tensorrt/runtime.ts';
import { measurementKey } from '../../../src/sides/measurement-key.ts';
import { resolveTarget } from '../../../src/targets/load.ts';

/** Programs that take the arguments of the real ones, leave the files that these leave, and print what these print, with figures of our own. */
const programs = {
  trtexec: `
if (has('--help')) { say('&&&& RUNNING TensorRT.trtexec [TensorRT v8502] # trtexec --help'); process.exit(0); }
if (read('model.onnx').length < 1000) { console.error('[01/02/2030-03:04:05] [E] Error[4]: the model has no layers'); process.exit(1); }
write(value('--saveEngine'), 'x'.repeat(has('--int8') ? 1000 : 2000));
say('[01/02/2030-03:04:05] [I] Selected Device: Orin');
say('[01/02/2030-03:04:05] [I] Compute Capability: 8.7');
say('[01/02/2030-03:04:09] [I] GPU Compute Time: min = 0.9 ms, max = 1.9 ms, mean = 1.3 ms, median = 1.25 ms, percentile(99%) = 1.8 ms');`,
  stedgeai: `
if (has('--version')) { say('ST Edge AI Core v2.0.0-20049'); process.exit(0); }
if (args[0] !== 'analyze') process.exit(2);
if (after('--target') === 'stm32n6') {
  if (!has('--st-neural-art')) process.exit(2);
  write(path.join(after('--output'), after('--name') + '_analyze_report.txt'), [
    'Memory usage information  (input/output buffers are included in activations)',
    '\\tcpuRAM2    [0x34100000 - 0x34200000]:          0  B /      1.000 MB  (  0.00 % used) -- weights:          0  B (  0.00 % used)  activations:          0  B (  0.00 % used)',
    '\\tnpuRAM6    [0x34350000 - 0x343C0000]:      3.071 kB /    448.000 kB  (  0.69 % used) -- weights:      1.000 kB (  0.22 % used)  activations:      2.071 kB (  0.46 % used)',
    '\\toctoFlash  [0x71000000 - 0x78000000]:      6.500 kB /    112.000 MB  (  0.01 % used) -- weights:      6.500 kB (  0.01 % used)  activations:          0  B (  0.00 % used)',
    'Total number of epochs                               9',
    '>> pure software (SW) epochs                         2',
    '>> hybrid epochs (using both software and hardware)  0',
    '| epoch_8  |  SW  | Softmax          |',
    '| epoch_9  |  SW  | DequantizeLinear |',
  ].join('\\n'));
  // As release 3 does, the summary goes to the terminal alone.
  say(' activations (rw)   :   2,121 B (2.07 KiB) (1 segment) *');
  process.exit(0);
}
if (after('--target') === 'stm32f4') { say('All is new here.'); process.exit(0); }
if (after('--target') === 'stm32h7') {
  say(' weights (ro)       :   4,100 B (4.00 KiB) (1 segment)\\n activations (rw)   :   3,328 B\\n ram (total)        :   3,328 B');
  process.exit(0);
}
if (after('--target') !== 'stm32l4') process.exit(2);
write(path.join(after('--output'), after('--name') + '_analyze_report.txt'), [
  ' model_name         :   network',
  ' weights (ro)       :   4,100 B (4.00 KiB) (1 segment)',
  ' activations (rw)   :   3,328 B (3.25 KiB) (1 segment) *',
  ' ram (total)        :   3,328 B (3.25 KiB) = 3,328 + 0 + 0',
  '',
  ' module                  text   rodata   data     bss',
  ' NetworkRuntime.a      14,000    2,000      0     500',
  ' network.o              1,000    3,000    480     544',
  ' Summary - "stm32l4" target',
  '                 Flash (ro)      %*   RAM (rw)       %',
  ' RT total            20,480   83.3%       1,024   23.5%',
].join('\\n'));`,
  synap_convert: `
if (has('--version')) { say('SyNAP toolkit 3.1.0'); process.exit(0); }
if (after('--target') !== 'SL1680') { console.error('error: unknown target'); process.exit(2); }
write(path.join(after('--out-dir'), 'model.synap'), 'y'.repeat(5000));`,
  'model-compiler': `
if (has('-version')) { say('LLVM (http://llvm.org/):'); say('  LLVM version 8.0.1'); process.exit(0); }
if (!has('-mcpu=cortex-m7') || !has('-float-abi=hard')) process.exit(1);
const out = value('-emit-bundle');
write(path.join(out, 'model.o'), 'z'.repeat(7000));
write(path.join(out, 'model.weights.bin'), 'w'.repeat(4096));
write(path.join(out, 'model.h'), [
  '// Memory sizes (bytes).',
  '#define MODEL_CONSTANT_MEM_SIZE     4096',
  '#define MODEL_MUTABLE_MEM_SIZE      128',
  '#define MODEL_ACTIVATIONS_MEM_SIZE  3072',
].join('\\n'));`,
} as const;

const prelude = `#!${process.execPath}
const { mkdirSync, readFileSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const args = process.argv.slice(2);
const say = (line) => console.log(line);
const has = (name) => args.includes(name);
const after = (name) => args[args.indexOf(name) + 1];
const value = (name) => args.find((each) => each.startsWith(name + '=')).slice(name.length + 1);
const read = (file) => readFileSync(file);
const write = (file, text) => { mkdirSync(path.dirname(file), { recursive: true }); writeFileSync(file, text); };
`;

const folder = mkdtempSync(path.join(os.tmpdir(), 'edge-ready-adapters-'));
const before = process.env.PATH;

beforeAll(() => {
  // Files without an ending are what the nearest package.json says, and that of a folder further up is not ours.
  writeFileSync(path.join(folder, 'package.json'), '{ "type": "commonjs" }');
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(path.join(folder, name), prelude + text);
    chmodSync(path.join(folder, name), 0o755);
  }
  process.env.PATH = `${folder}${path.delimiter}${before ?? ''}`;
});
afterAll(() => {
  process.env.PATH = before;
  rmSync(folder, { recursive: true, force: true });
});

function artifactOf(file: string): Artifact {
  const bytes = readFileSync(`fixtures/digits/base/${file}`);
  const { format, graph } = openModel(bytes, file);
  return { format, bytes, graph: inferShapes(graph) };
}
const compile = async (runtime: Runtime, file: string, target: string, change: Partial<Artifact> = {}) =>
  runtime.compile?.({ ...artifactOf(file), ...change }, resolveTarget(target));

describe.skipIf(process.platform === 'win32')('adapters', () => {
  test('trtexec: the engine and its time on a GPU like the target', async () => {
    const compiled = await compile(tensorrt, 'digits.onnx', 'jetson-orin-nano/tensorrt');
    expect(compiled).toMatchObject({
      format: 'engine',
      known: {
        latency: { value: 1.25, unit: 'ms', basis: 'measured', source: 'trtexec of TensorRT 8.5.2 on Orin' },
        flash: { value: 2000, basis: 'measured' },
        energy: { basis: 'modelled' },
      },
    });
    expect(compiled?.bytes.byteLength).toBe(2000);
  });

  test('trtexec: an engine of another GPU says nothing of the target', async () => {
    expect(await compile(tensorrt, 'digits.onnx', 'jetson-nano/tensorrt')).toBeUndefined();
  });

  test('trtexec: what it measures is measured each time', async () => {
    const files = { path: 'a.onnx', bytes: readFileSync('fixtures/digits/base/digits.onnx'), external: new Map() };
    const keyOn = (target: string) =>
      measurementKey({ files, target: resolveTarget(target), options: { recipe: automatic } }, {});
    expect(await keyOn('jetson-orin-nano/tensorrt')).toBeUndefined();
    expect(await keyOn('jetson-orin-nano/onnxruntime')).toMatch(/^[0-9a-f]{64}$/);
  });

  test('trtexec: what it refuses is a finding in its words', async () => {
    const compiled = await compile(tensorrt, 'digits.onnx', 'jetson-orin-nano/tensorrt', { bytes: new Uint8Array(10) });
    expect(compiled?.known).toMatchObject({
      deployable: false,
      findings: [{ code: 'compiler-refused', message: expect.stringContaining('the model has no layers') }],
    });
  });

  test('stedgeai: weights, activations and its library', async () => {
    const compiled = await compile(stEdgeAi, 'digits-int8.tflite', 'nucleo-l4r5zi/st-edge-ai');
    const source = 'ST Edge AI Core 2.0.0';
    expect(compiled?.known).toMatchObject({
      deployable: true,
      peakRam: { value: 3328 + 1024, basis: 'measured', source },
      flash: { value: 4100 + 20480, basis: 'measured', source },
    });
    expect(compiled?.known.findings?.map(({ code }) => code)).not.toContain('compiler-missing');
    // What several models of one firmware have in common: the buffer of activations, and the library without the network's own code.
    expect(compiled?.known.parts).toMatchObject({
      peakRam: [{ bytes: 3328, shared: 'arena' }, { bytes: 1024 }],
      flash: [{ bytes: 4100 }, { bytes: 20480 - 4480, shared: 'runtime' }, { bytes: 4480 }],
    });
  });

  test('stedgeai on an STM32N6: memory pools and the epochs that the NPU does not run', async () => {
    const compiled = await compile(stEdgeAi, 'digits-int8.tflite', 'stm32n6570-dk');
    const source = expect.stringMatching(/^ST Edge AI Core 2\.0\.0; its runtime is not counted/);
    expect(compiled?.known).toMatchObject({
      deployable: true,
      peakRam: { value: 2121 + 1024, basis: 'measured', source },
      flash: { value: 6656 + 1024, basis: 'measured', source },
    });
    expect(compiled?.known.findings).toEqual([
      expect.objectContaining({ code: 'fallback' }),
      {
        code: 'npu-epochs',
        severity: 'warning',
        message:
          'ST Edge AI Core 2.0.0 makes 9 epochs: 7 on the Neural-ART NPU, 0 on NPU and CPU, 2 in software on the CPU: Softmax, DequantizeLinear. The estimate of latency has 1 on the CPU, and is too low by what the others take.',
      },
    ]);
  });

  test('stedgeai without a compiler on PATH: our own library, whole', async () => {
    const estimate = stEdgeAi.estimate(artifactOf('digits-int8.tflite'), resolveTarget('nucleo-h743zi/st-edge-ai'));
    const compiled = await compile(stEdgeAi, 'digits-int8.tflite', 'nucleo-h743zi/st-edge-ai');
    const library = estimate.parts.flash.slice(1);
    expect(library.length).toBeGreaterThan(2);
    expect(compiled?.known.flash).toMatchObject({ basis: 'modelled', value: 4100 + totalBytes(library) });
    expect(compiled?.known.parts?.flash).toEqual([{ name: 'weights', bytes: 4100 }, ...library]);
  });

  test('a report that cannot be read is no bug of the gate, and names the release', async () => {
    const told = compile(stEdgeAi, 'digits-int8.tflite', 'nucleo-f446re/st-edge-ai');
    await expect(told).rejects.toThrow(UserError);
    await expect(told).rejects.toThrow("ST Edge AI Core 2.0.0 ran, but what it reports cannot be read: stedgeai's");
  });

  test('synap_convert: the size of what ships', async () => {
    const compiled = await compile(synap, 'digits-int8.tflite', 'sl1680/synap');
    expect(compiled).toMatchObject({
      format: 'synap',
      known: { flash: { value: 5000, basis: 'measured', source: 'SyNAP toolkit 3.1.0' } },
    });
    const refused = await compile(synap, 'digits-int8.tflite', 'sl1640/synap');
    expect(refused?.known.findings?.[0]?.message).toBe('SyNAP does not compile this model: error: unknown target');
  });

  test('model-compiler: the memories of the bundle', async () => {
    const compiled = await compile(glow, 'digits-int8.tflite', 'mimxrt1060-evk/glow');
    const source = expect.stringContaining('Glow model-compiler with LLVM 8.0.1');
    expect(compiled?.known).toMatchObject({
      peakRam: { value: 3072 + 128, basis: 'measured', source },
      flash: { value: 4096 + 7000, basis: 'measured', bound: 'at-most', source },
    });
    expect(compiled?.bytes.byteLength).toBe(7000 + 4096);
    expect(compiled?.known.findings?.map(({ code }) => code)).toEqual(['retired-runtime']);
  });
});
