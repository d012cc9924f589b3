import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { fixtures } from '../../scripts/kernel-fixtures/all.ts';
import type { Expected, ExpectedRefusal, ExpectedRun } from '../../scripts/kernel-fixtures/expected.ts';
import { agree, ourOutput } from '../../scripts/kernel-fixtures/expected.ts';
import { graphOfSteps } from '../../scripts/kernel-fixtures/fixture.ts';
import { arenaOf, builds, runOurs } from '../../scripts/kernel-fixtures/ours.ts';
import { allRules } from '../../scripts/kernel-fixtures/refusals.ts';
import { readTflite } from '../../src/formats/tflite/read.ts';
import { writeTflite } from '../../src/formats/tflite/write.ts';
import type { Graph } from '../../src/graph/graph.ts';
import { kernelNames } from '../../src/kernels/registry.ts';
import { modelRules, operatorRules } from '../../src/runtimes/tflm/support/model-rules.ts';
import { nameOf } from '../../src/runtimes/tflm/support/rule.ts';
import { supportTable } from '../../src/runtimes/tflm/support/support-table.ts';
import { computedTypes } from '../../src/runtimes/tflm/support/type-columns.ts';
import { unsupported } from '../../src/runtimes/tflm/support/unsupported.ts';

const folder = 'fixtures/kernels';
const expected = JSON.parse(readFileSync(`${folder}/expected.json`, 'utf8')) as Expected;
const runs = Object.entries(expected.runs).map(([name, run]) => ({ name, run }));
const refusals = Object.entries(expected.refusals).map(([name, refusal]) => ({ name, refusal }));
const bytesOf = (name: string): Uint8Array => readFileSync(`${folder}/${name}.tflite`);
const graphOf = (name: string): Graph => readTflite(bytesOf(name), name);

/** Firmware asks for more than the interpreter here: room for resource variables, the state of custom kernels that it registers itself. */
const arenaNotOurs = new Set([
  'variables',
  'custom-circular-buffer',
  'custom-detection-postprocess',
  'custom-detection-postprocess-by-class',
  // The Cortex-M4 needs 16 bytes more than the Cortex-M55 to prepare factors per channel, we do not know why.
  'fully-connected-int8-per-channel',
]);

test('the models are all here, and those that run as the script makes them; else run scripts/make-kernel-fixtures.ts', () => {
  const files = readdirSync(folder).filter((file) => file.endsWith('.tflite'));
  expect(files.map((file) => file.replace('.tflite', '')).sort()).toEqual(
    [...runs, ...refusals].map(({ name }) => name).sort(),
  );
  for (const { name, steps, subgraphs } of fixtures) {
    expect(Buffer.compare(writeTflite(graphOfSteps(steps, subgraphs)), bytesOf(name)), name).toBe(0);
  }
});

describe('what the interpreter itself made of small models', () => {
  test.each(runs)('$name gives its outputs', ({ name, run }) => {
    const bytes = bytesOf(name);
    for (const fast of [true, false]) {
      const outputs = runOurs(bytes, name, run.invocations ?? 1, fast).map(ourOutput);
      if (!agree(outputs, run.outputs)) expect(outputs, fast ? 'fast' : 'plain').toEqual(run.outputs);
    }
    expect(unsupported(graphOf(name)).filter(({ message }) => !/ runs only on firmware /.test(message))).toEqual([]);
  });

  test.each(runs.filter(({ name }) => !arenaNotOurs.has(name)))('$name needs its arena', ({ name, run }) => {
    const bytes = bytesOf(name);
    expect({ m4: arenaOf(bytes, name, builds.m4), m55: arenaOf(bytes, name, builds.m55) }).toEqual(run.arena);
  });

  test.each(refusals)('$name is refused for its rule', ({ name, refusal }) => {
    const messages = unsupported(graphOf(name), refusal.library).map(({ message }) => message);
    expect(messages).toEqual([expect.stringContaining(refusal.rule)]);
  });
});

/** Models that the reference kernels load although they make no sense of them: more or fewer dimensions than they read, nothing to write. */
const senseless = /split-2|split-v-2|average-pool-2d-4/;

test('what the reference kernels ran, a build with them does not refuse; what they refused, it does', () => {
  const peer = 'tflite-micro';
  const ran = refusals.filter(({ name, refusal }) => refusal.otherwise?.[peer] === 'ran' && !senseless.test(name));
  const refused = refusals.filter(({ refusal }) => refusal.by.includes(peer));
  const isRefused = ({ name }: { readonly name: string }) => unsupported(graphOf(name), 'reference').length > 0;
  expect(ran.length).toBeGreaterThan(10);
  expect(refused.length).toBeGreaterThan(400);
  expect(ran.filter(isRefused).map(({ name }) => name)).toEqual([]);
  expect(refused.filter((each) => !isRefused(each)).map(({ name }) => name)).toEqual([]);
});

describe('others', () => {
  const cores = ['m4', 'm55'] as const;
  const notSignal = ({ name }: { readonly name: string }) => !name.startsWith('custom-signal-');

  test('bear out every output, on both cores what the standard kernels compute', () => {
    expect(runs.filter(({ run }) => run.by.length === 0).map(({ name }) => name)).toEqual([]);
    const differs = (run: ExpectedRun) => !cores.every((core) => run.by.includes(core));
    // CMSIS-NN's MVE kernel takes packed weights for others than its DSP kernel does.
    expect(runs.filter((each) => notSignal(each) && differs(each.run)).map(({ name }) => name)).toEqual([
      'depthwise-conv-2d-int4-3x3',
    ]);
  });

  test('refuse almost every model that is refused here, or stop dead', () => {
    const isRun = ({ otherwise }: ExpectedRefusal) => cores.some((core) => otherwise?.[core] === 'ran');
    expect(
      refusals.filter(({ refusal }) => refusal.library === undefined && isRun(refusal)).map(({ name }) => name),
    ).toMatchInlineSnapshot(`
      [
        "refused-depthwise-conv-2d-6",
        "refused-average-pool-2d-4",
        "refused-maximum-1",
        "refused-logical-and-1",
        "refused-pack-1",
        "refused-unpack-2",
        "refused-split-2",
        "refused-split-v-2",
        "refused-transpose-9",
      ]
    `);
  });
});

describe('nothing is left out', () => {
  const graphs = runs.flatMap(({ name }) => {
    const main = graphOf(name);
    return [main, ...main.subgraphs];
  });

  test('every kernel runs in a model', () => {
    const run = graphs.flatMap(({ operators }) =>
      operators.map(({ domain, type }) => (domain === '' ? type : `${domain}:${type}`)),
    );
    expect([...new Set(run)].sort()).toEqual(kernelNames.toSorted());
  });

  test('in every element type that the table has for it', () => {
    const missing = supportTable.operators.flatMap((row) => {
      const deciding = row.data ?? nameOf(row.inputs[0] ?? row.outputs[0] ?? '');
      const names = row.inputs.map(nameOf);
      return row.operators.flatMap((type) => {
        const run = graphs.flatMap(({ operators, tensors }) =>
          operators
            .filter((operator) => operator.type === type)
            .flatMap(({ inputs, outputs }) => {
              const id = names.includes(deciding) ? inputs[names.indexOf(deciding)] : outputs[0];
              return [id, outputs[0]].map((each) => tensors[each ?? -1]?.dtype);
            }),
        );
        return (computedTypes(row) ?? [])
          .filter((dtype) => !run.some((each) => each === dtype))
          .map((dtype) => `${type} ${dtype}`);
      });
    });
    expect(missing).toMatchInlineSnapshot(`
      [
        "GREATER int16",
        "TFLM_DECODE float32",
        "TFLM_DECODE int16",
        "TFLM_DECODE int32",
        "TFLM_DECODE int64",
        "TFLM_DECODE bool",
      ]
    `);
  });

  test('every rule refuses a model, but for those that cannot be broken', () => {
    const broken = (operator: string, rule: string) =>
      refusals.some(({ name, refusal }) => refusal.rule === rule && name.startsWith(`refused-${operator}-`));
    const missing = allRules().filter(
      ({ row, rule }) => !broken((row.operators[0] ?? '').toLowerCase().replaceAll('_', '-'), rule.must),
    );
    expect(missing.map(({ row, rule }) => `${row.operators[0]} ${rule.must}`)).toEqual([
      'IF takes any number of outputs: `results` …',
      'WHILE takes any number of inputs: `values` …',
      'WHILE takes any number of outputs: `results` …',
      'VAR_HANDLE takes no inputs',
    ]);
    for (const { must } of [...modelRules, ...operatorRules]) expect(broken('model', must), must).toBe(true);
  });
});
