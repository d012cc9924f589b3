import { readdirSync, readFileSync } from 'node:fs';
import { builtinOperators } from '../../../src/formats/tflite/schema/operators.ts';
import facts from '../../../src/formats/tflite/schema/schema.json' with { type: 'json' };
import { tfliteSchema } from '../../../src/formats/tflite/schema/schema.ts';
import { resolveTarget } from '../../../src/targets/load.ts';
import type { Fuzzer } from '../fuzzer.ts';
import { flatbufferMutator } from '../mutate-flatbuffers.ts';
import type { Vocabulary } from '../mutate-tree.ts';
import { modelWay } from './model-way.ts';

const codes = builtinOperators.map((_, code) => code);
const vocabulary: Vocabulary = {
  builtin_code: codes,
  deprecated_builtin_code: codes.filter((code) => code < 128),
  type: facts.enums.TensorType.values,
};

/** TensorFlow Lite models: tables changed as records and written again, or bytes changed. */
export function tfliteFuzzer(more: readonly Uint8Array[] = []): Fuzzer {
  const seeds = [...tfliteSeeds(), ...more];
  const targets = [resolveTarget('nucleo-l4r5zi/tflm')];
  const estimated = [resolveTarget('corstone-300/ethos-u')];
  return {
    name: 'tflite',
    extension: 'tflite',
    seeds,
    mutate: flatbufferMutator({ schema: tfliteSchema, root: 'Model', identifier: 'TFL3', vocabulary }, seeds),
    run: (bytes) => modelWay(bytes, 'fuzz.tflite', targets, estimated),
  };
}

/** One small model for every kernel, and whole ones. */
function tfliteSeeds(): readonly Uint8Array[] {
  const kernels = readdirSync('fixtures/kernels')
    .filter((file) => file.endsWith('.tflite') && !file.startsWith('refused-'))
    .sort()
    .map((file) => `fixtures/kernels/${file}`);
  const whole = ['digits-float', 'digits-int8'].map((name) => `fixtures/digits/base/${name}.tflite`);
  return [...kernels, ...whole, ...whole].map((file) => new Uint8Array(readFileSync(file)));
}
