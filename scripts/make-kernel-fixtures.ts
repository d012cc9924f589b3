// Writes fixtures/kernels: a small model for every kernel and every rule of TensorFlow Lite Micro, and expected.json, what others make of them.
//   node scripts/run-ts.mjs scripts/make-kernel-fixtures.ts [--python PYTHON] [--m4 COMMAND] [--m55 COMMAND]
// PYTHON has the package tflite-micro; COMMAND runs scripts/kernel-fixtures/device.cc on an emulated core. A peer that is not given keeps its word
// of the last time about models that are still the same.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { readTflite } from '../src/formats/tflite/read.ts';
import { writeTflite } from '../src/formats/tflite/write.ts';
import type { Graph } from '../src/graph/graph.ts';
import { fixtures } from './kernel-fixtures/all.ts';
import { type Expected, expectedOf, type PeerName, peerNames, wordOf, wordsOf } from './kernel-fixtures/expected.ts';
import { graphOfSteps } from './kernel-fixtures/fixture.ts';
import { type Answer, askDevice, askPython, type Question } from './kernel-fixtures/peers.ts';
import { modelRefusals, refusalsOf } from './kernel-fixtures/refusals.ts';

const { values: given } = parseArgs({
  options: { python: { type: 'string' }, m4: { type: 'string' }, m55: { type: 'string' } },
});
const folder = 'fixtures/kernels';
const file = path.join(folder, 'expected.json');
const before = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Expected) : undefined;
const old = new Map<string, Uint8Array>();
mkdirSync(folder, { recursive: true });
for (const name of readdirSync(folder).filter((each) => each.endsWith('.tflite'))) {
  old.set(name.replace('.tflite', ''), readFileSync(path.join(folder, name)));
  rmSync(path.join(folder, name));
}

const { found, missing } = refusalsOf(fixtures);
const slug = (type: string) => type.toLowerCase().replaceAll('_', '-');
const counts = new Map<string, number>();
const refusals = [
  ...found.map(({ row, rule, library, steps, subgraphs }) => {
    const operator = slug(row.operators[0] ?? '');
    counts.set(operator, (counts.get(operator) ?? 0) + 1);
    return {
      name: `refused-${operator}-${counts.get(operator)}`,
      rule: rule.must,
      ...(library === 'cmsis-nn' ? {} : { library }),
      graph: graphOfSteps(steps, subgraphs),
    };
  }),
  ...modelRefusals(),
];
for (const { row, rule, library } of missing)
  console.log(`no model breaks: ${row.operators.join(', ')} ${rule.must} (${library})`);

const models = [
  ...fixtures.map(({ name, steps, subgraphs, invocations = 1 }) => ({
    name,
    graph: graphOfSteps(steps, subgraphs),
    invocations,
  })),
  ...refusals.map((each) => ({ ...each, invocations: 1 })),
].map((each) => ({ ...each, bytes: writeTflite(each.graph) }));
for (const { name, bytes } of models) writeFileSync(path.join(folder, `${name}.tflite`), bytes);

const questions = models.map(({ name, bytes, invocations }): Question => {
  const graph = readTflite(bytes, name);
  const [inputs, outputs] = [graph.inputs.length, graph.outputs.length];
  return {
    name,
    file: path.resolve(folder, `${name}.tflite`),
    invocations,
    inputs,
    outputs,
    variables: variablesOf(graph),
  };
});
const isSame = ({ name, bytes }: { readonly name: string; readonly bytes: Uint8Array }) =>
  Buffer.compare(old.get(name) ?? new Uint8Array(), bytes) === 0;
/** Only what a peer has not said already is asked. */
const unasked = (peer: PeerName) =>
  questions.filter((_, index) => {
    const model = models[index];
    return model === undefined || !isSame(model) || wordsOf(before, model.name, peer).length === 0;
  });
const answers: Partial<Record<PeerName, ReadonlyMap<string, Answer>>> = {
  ...(given.m4 === undefined ? {} : { m4: await askDevice(given.m4, unasked('m4')) }),
  ...(given.m55 === undefined ? {} : { m55: await askDevice(given.m55, unasked('m55')) }),
  ...(given.python === undefined ? {} : { 'tflite-micro': askPython(given.python, unasked('tflite-micro')) }),
};
const expected = expectedOf(
  models.map((model) => ({
    ...model,
    words: peerNames.flatMap((peer) => {
      const answer = answers[peer]?.get(model.name);
      if (answer !== undefined) return [wordOf(peer, answer, model.bytes, model.name)];
      return isSame(model) ? wordsOf(before, model.name, peer) : [];
    }),
  })),
);
writeFileSync(file, expected.text);
console.log(
  `${models.length} models, ${models.reduce((sum, { bytes }) => sum + bytes.length, 0)} bytes; ${expected.summary}`,
);

function variablesOf(graph: Graph): number {
  const names = [graph, ...graph.subgraphs].flatMap(({ operators }) =>
    operators.flatMap(({ type, attributes }) => (type === 'VAR_HANDLE' ? [JSON.stringify(attributes)] : [])),
  );
  return new Set(names).size;
}
