import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runGate } from '../src/gate.ts';
import { renderComment } from '../src/report/comment.ts';
import { gateReportSchema } from '../src/report/report-schema.ts';
import { commit, type Files, git } from './support/git-repository.ts';
import { npuNetwork } from './support/npu-network.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'edge-ready-families-'));
  git(directory, 'init', '--quiet', '--initial-branch=main');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const fixture = (name: string) => ({ fixture: name });
const text = (content: string) => ({ text: content });

async function gate(base: Files, head: Files) {
  commit(directory, 'base', base);
  git(directory, 'checkout', '--quiet', '-b', 'change');
  commit(directory, 'head', head);
  const { report } = await runGate({ directory, base: 'main', targets: [], log: () => {} });
  expect(gateReportSchema.safeParse(report).error).toBeUndefined();
  return { report, comment: renderComment(report, { marker: '' }) };
}

const cells = (comment: string, start: string) =>
  comment
    .split('\n')
    .find((line) => line.startsWith(start))
    ?.split('|')
    .map((cell) => cell.trim()) ?? [];

test('one model on a microcontroller, an NPU, a Linux board and a GPU in one comment', async () => {
  const configuration = `version: 1
targets:
  sensor: { board: nucleo-l4r5zi, ram: 64 KiB }
  camera: grove-vision-ai-v2/ethos-u
  gateway: raspberry-pi-4/onnxruntime
  robot: jetson-orin-nano/tensorrt
models:
  - { path: models/digits.onnx, recipe: int8, calibration: data/calibration.npz }
budgets:
  - { peak-ram: { level: off }, flash: { level: off }, latency: { level: off }, energy: { level: off } }
  - { targets: [sensor], latency: { max: 7 ms } }
`;
  const { report, comment } = await gate(
    {
      'edge-ready.yml': text(configuration),
      'models/digits.onnx': fixture('base/digits.onnx'),
      'data/calibration.npz': fixture('calibration.npz'),
    },
    { 'models/digits.onnx': fixture('wider/digits.onnx') },
  );
  expect(report.comparisons.map(({ targetId, head }) => [targetId, head?.artifact.format])).toEqual([
    ['nucleo-l4r5zi/tflm', 'tflite'],
    ['grove-vision-ai-v2/ethos-u', 'tflite'],
    ['raspberry-pi-4/onnxruntime', 'onnx'],
    ['jetson-orin-nano/tensorrt', 'onnx'],
  ]);
  const verdicts = Object.fromEntries(report.comparisons.map(({ target, verdict }) => [target, verdict]));
  expect(verdicts).toEqual({ sensor: 'fail', camera: 'pass', gateway: 'pass', robot: 'pass' });
  // Each is measured on its own terms: the faster the device, the shorter; what a runtime does not say is a dash, not a number.
  const latencies = report.comparisons.map(({ head }) => head?.latency?.value ?? Number.NaN);
  expect(latencies[0]).toBeGreaterThan(10 * Math.max(...latencies.slice(1)));
  expect(report.comparisons.map(({ head }) => head?.accelerated?.value)).toEqual([undefined, 1, undefined, 1]);
  expect(comment).toContain('❌ **models/digits.onnx** is now too slow on **sensor**');
  expect(cells(comment, '| Model')).toEqual(
    expect.arrayContaining(['Target', 'Peak RAM', 'Latency', 'Accelerated share']),
  );
  for (const target of ['sensor', 'camera', 'gateway', 'robot']) {
    const row = comment.split('\n').find((line) => line.startsWith('|') && line.includes(`\`${target}\``));
    expect(row, target).toMatch(/ms|µs/);
  }
  expect(report.comparisons[3]?.head?.peakRam).toBeNull();
  expect(comment).toContain('not available');
}, 240_000);

test('a change that the NPU does not take: which operator it was, why, what to use, and what it costs', async () => {
  const configuration = `version: 1
targets: { camera: grove-vision-ai-v2/ethos-u }
budgets:
  - { peak-ram: { level: off }, flash: { level: off }, latency: { level: off }, energy: { level: off } }
  - { targets: [camera], accelerated: { min: 90%, max-drop: 5 pp } }
`;
  const { report, comment } = await gate(
    {
      'edge-ready.yml': text(configuration),
      'models/scene.tflite': { bytes: npuNetwork({ stride: 2, filter: 5 }) },
    },
    { 'models/scene.tflite': { bytes: npuNetwork({ stride: 4, filter: 10 }) } },
  );
  const [only] = report.comparisons;
  expect(only?.base?.accelerated?.value).toBeCloseTo(0.936, 3);
  expect(only?.head?.accelerated?.value).toBeCloseTo(0.25, 3);
  const units = (side: 'base' | 'head') => only?.[side]?.layers.map(({ name, unit }) => `${name} ${unit}`);
  expect(units('base')).toEqual(['stem npu', 'features npu', 'classes npu', 'side cpu']);
  expect(units('head')).toEqual(['stem npu', 'features cpu', 'classes npu', 'side cpu']);
  // The side branch always ran on the CPU: only what fell back is told.
  expect(only?.fallbacks.map(({ layer, from }) => [layer, from])).toEqual([['features', 'npu']]);
  expect(only?.fallbacks[0]?.message).toMatch(
    /its strides are 4x4.*The NPU hands 4096 B to the CPU before it and takes 512 B back\. The NPU waits [\d.]+ ms for the CPU to run it, [\d.]+ % of the inference.*[Uu]se strides of at most 3, for example two layers with stride 2/,
  );
  const [first = ''] = comment.split('\n').filter((line) => line.includes('❌'));
  expect(first).toMatch(
    /❌ \*\*models\/scene\.tflite\*\* now falls back to the CPU on \*\*camera\*\*: accelerated share 25\.0 % &#60; 90 % \(−68\.6 pp/,
  );
  expect(first).toContain('`features` CONV_2D fell back from the NPU to the CPU');
  expect(comment).toMatch(/accelerated share fell 68\.6 pp > 5 pp \(93\.6 % → 25\.0 %\)/);
  expect(comment).toMatch(/of the time [\d.]+ % → [\d.]+ %, of the operators 3 of 4 → 2 of 4/);
  expect(only?.deltas.latency?.relative).toBeGreaterThan(1);
}, 240_000);
