import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { readTflite } from '../../../src/formats/tflite/read.ts';
import { cSource } from '../../../src/runtimes/tflm/c-source.ts';

const bytes = readFileSync('fixtures/digits/base/digits-int8.tflite');
const graph = readTflite(bytes, 'digits-int8.tflite');

test('the header has the arena and registers each operator once', () => {
  const { header } = cSource('digits', { bytes, graph }, { arenaRequired: 5000 });
  expect(header).toContain('#define DIGITS_ARENA_SIZE 5000u');
  expect([...header.matchAll(/\(resolver\)\.(\w+)\(\);/g)].map(([, method]) => method)).toEqual([
    'AddConv2D',
    'AddDepthwiseConv2D',
    'AddFullyConnected',
    'AddMean',
    'AddSoftmax',
  ]);
  expect(header).toContain('#define DIGITS_OPERATORS 5u');
});

test.each([
  ['BATCH_MATMUL', '', 'AddBatchMatMul()'],
  ['SPACE_TO_BATCH_ND', '', 'AddSpaceToBatchNd()'],
  ['MAX_POOL_2D', '', 'AddMaxPool2D()'],
  ['SELECT_V2', '', 'AddSelectV2()'],
  ['PADV2', '', 'AddPadV2()'],
  ['RELU6', '', 'AddRelu6()'],
  ['ethos-u', 'custom', 'AddEthosU()'],
  ['My "op"', 'custom', 'AddCustom("My \\"op\\"", Register_My__op_())'],
])('%s is registered', (type, domain, call) => {
  const operators = [{ name: '', type, domain, version: 1, inputs: [], outputs: [], attributes: {} }];
  expect(cSource('m', { bytes, graph: { ...graph, operators } }, { arenaRequired: 1 }).header).toContain(`.${call};`);
});

const hasCompiler = spawnSync('cc', ['--version']).status === 0;
test.skipIf(!hasCompiler)('a C compiler takes both files and gives the bytes back, aligned', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'edge-ready-c-'));
  try {
    const { source, header } = cSource('8 digits', { bytes, graph }, { arenaRequired: 5000 });
    writeFileSync(path.join(folder, '8 digits.c'), source);
    writeFileSync(path.join(folder, '8 digits.h'), header);
    writeFileSync(
      path.join(folder, 'main.c'),
      '#include <stdio.h>\n#include "8 digits.h"\nint main(void) { if ((uintptr_t)model_8_digits % 16) return 1; fwrite(model_8_digits, 1, MODEL_8_DIGITS_SIZE, stdout); return 0; }\n',
    );
    execFileSync('cc', ['-std=c11', '-Wall', '-Werror', '8 digits.c', 'main.c', '-o', 'main'], { cwd: folder });
    expect(Buffer.compare(execFileSync(path.join(folder, 'main')), bytes)).toBe(0);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
