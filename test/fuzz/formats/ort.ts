import { readdirSync, readFileSync } from 'node:fs';
import { ortSchema } from '../../../src/formats/ort/schema.ts';
import { inferenceRules } from '../../../src/graph/infer/rules.ts';
import { resolveTarget } from '../../../src/targets/load.ts';
import type { Fuzzer } from '../fuzzer.ts';
import { flatbufferMutator } from '../mutate-flatbuffers.ts';
import type { Vocabulary } from '../mutate-tree.ts';
import { modelWay } from './model-way.ts';

const rules = Object.keys(inferenceRules).map((rule) => rule.split(':'));
const vocabulary: Vocabulary = {
  op_type: [...rules.map((parts) => parts.at(-1) ?? ''), 'Loop', 'Scan', 'Own'],
  domain: ['', 'com.microsoft', 'com.microsoft.nchwc', 'own', ...rules.flatMap((parts) => parts.slice(0, -1))],
};

/** Models in ONNX Runtime's own format: tables changed as records and written again, or bytes changed. */
export function ortFuzzer(): Fuzzer {
  const seeds = readdirSync('fixtures/ort')
    .sort()
    .map((file) => new Uint8Array(readFileSync(`fixtures/ort/${file}`)));
  const targets = ['raspberry-pi-4/onnxruntime', 'nucleo-l4r5zi/tflm'].map((name) => resolveTarget(name));
  return {
    name: 'ort',
    extension: 'ort',
    seeds,
    mutate: flatbufferMutator({ schema: ortSchema, root: 'InferenceSession', identifier: 'ORTM', vocabulary }, seeds),
    run: (bytes) => modelWay(bytes, 'fuzz.ort', targets),
  };
}
