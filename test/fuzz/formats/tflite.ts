import { readdirSync, readFileSync } from 'node:fs';
import { checkedBytes, targetOf } from '../../../src/formats/flatbuffer/bytes.ts';
import { decodeTable } from '../../../src/formats/flatbuffer/decode.ts';
import { encodeTable, encoding } from '../../../src/formats/flatbuffer/encode.ts';
import type { TableValue } from '../../../src/formats/flatbuffer/value.ts';
import { builtinOperators } from '../../../src/formats/tflite/schema/operators.ts';
import facts from '../../../src/formats/tflite/schema/schema.json' with { type: 'json' };
import { tableType, tfliteSchema } from '../../../src/formats/tflite/schema/schema.ts';
import { resolveTarget } from '../../../src/targets/load.ts';
import type { Fuzzer } from '../fuzzer.ts';
import { mutateBytes } from '../mutate-bytes.ts';
import { mutateTree, type Vocabulary } from '../mutate-tree.ts';
import type { Random } from '../random.ts';
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
  const trees = seeds.map(treeOf);
  const targets = [resolveTarget('nucleo-l4r5zi/tflm')];
  const estimated = [resolveTarget('corstone-300/ethos-u')];
  return {
    name: 'tflite',
    extension: 'tflite',
    seeds,
    mutate: (random) => {
      const seed = random.below(seeds.length);
      const bytes = seeds[seed] as Uint8Array;
      if (random.chance(4)) return mutateBytes(bytes, random, random.pick(seeds));
      return mutatedModel(trees[seed], random.pick(trees), random) ?? mutateBytes(bytes, random);
    },
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

function treeOf(bytes: Uint8Array): TableValue {
  const source = checkedBytes(bytes);
  return decodeTable(
    { schema: tfliteSchema, source, path: [], lost: () => {} },
    tableType('Model'),
    targetOf(source, 0),
  );
}

function mutatedModel(tree: unknown, donor: unknown, random: Random): Uint8Array | undefined {
  const mutated = mutateTree(tree, donor, random, vocabulary) as TableValue;
  try {
    const target = encoding(tfliteSchema, 2 ** 16);
    target.builder.finish(encodeTable(target, tableType('Model'), mutated), 'TFL3');
    return target.builder.asUint8Array().slice();
  } catch {
    return undefined; // A table that the format cannot hold, such as an enumerator that it does not have.
  }
}
