import { readdirSync, readFileSync } from 'node:fs';
import { checkedBytes, targetOf } from '../../../src/formats/flatbuffer/bytes.ts';
import { decodeTable } from '../../../src/formats/flatbuffer/decode.ts';
import { encodeTable, encoding } from '../../../src/formats/flatbuffer/encode.ts';
import type { TableValue } from '../../../src/formats/flatbuffer/value.ts';
import { ortSchema } from '../../../src/formats/ort/schema.ts';
import { inferenceRules } from '../../../src/graph/infer/rules.ts';
import { resolveTarget } from '../../../src/targets/load.ts';
import type { Fuzzer } from '../fuzzer.ts';
import { mutateBytes } from '../mutate-bytes.ts';
import { mutateTree, type Vocabulary } from '../mutate-tree.ts';
import type { Random } from '../random.ts';
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
  const trees = seeds.map(treeOf);
  const targets = ['raspberry-pi-4/onnxruntime', 'nucleo-l4r5zi/tflm'].map((name) => resolveTarget(name));
  return {
    name: 'ort',
    extension: 'ort',
    seeds,
    mutate: (random) => {
      const seed = random.below(seeds.length);
      const bytes = seeds[seed] as Uint8Array;
      if (random.chance(4)) return mutateBytes(bytes, random, random.pick(seeds));
      return mutatedModel(trees[seed], random.pick(trees), random) ?? mutateBytes(bytes, random);
    },
    run: (bytes) => modelWay(bytes, 'fuzz.ort', targets),
  };
}

function treeOf(bytes: Uint8Array): TableValue {
  const source = checkedBytes(bytes);
  const decoding = { schema: ortSchema, source, path: [], lost: () => {} };
  return decodeTable(decoding, ortSchema.tableType('InferenceSession'), targetOf(source, 0));
}

function mutatedModel(tree: unknown, donor: unknown, random: Random): Uint8Array | undefined {
  const mutated = mutateTree(tree, donor, random, vocabulary) as TableValue;
  try {
    const target = encoding(ortSchema, 2 ** 16);
    target.builder.finish(encodeTable(target, ortSchema.tableType('InferenceSession'), mutated), 'ORTM');
    return target.builder.asUint8Array().slice();
  } catch {
    return undefined; // A table that the format cannot hold, such as an enumerator that it does not have.
  }
}
