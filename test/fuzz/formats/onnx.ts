import { decode } from '../../../src/formats/onnx/decode.ts';
import { encode } from '../../../src/formats/onnx/encode.ts';
import type { ModelProto } from '../../../src/formats/onnx/messages.ts';
import { inferenceRules } from '../../../src/graph/infer/rules.ts';
import { resolveTarget } from '../../../src/targets/load.ts';
import type { Fuzzer } from '../fuzzer.ts';
import { mutateBytes } from '../mutate-bytes.ts';
import { mutateTree, type Vocabulary } from '../mutate-tree.ts';
import type { Random } from '../random.ts';
import { modelWay } from './model-way.ts';
import { onnxSeeds } from './onnx-seeds.ts';

const types = Object.keys(inferenceRules).filter((type) => !type.includes(':'));
const vocabulary: Vocabulary = { opType: [...types, 'Loop', 'Scan', 'Own', 'MaxPool', 'BatchNormalization'] };

/** ONNX models: messages changed as records and written again, or bytes changed. */
export function onnxFuzzer(more: readonly Uint8Array[] = []): Fuzzer {
  const seeds = [...onnxSeeds(), ...more];
  const trees = seeds.map((bytes) => decode('ModelProto', bytes, 'seed'));
  const targets = ['raspberry-pi-4/onnxruntime', 'nucleo-l4r5zi/tflm'].map((name) => resolveTarget(name));
  return {
    name: 'onnx',
    extension: 'onnx',
    seeds,
    mutate: (random) => {
      const seed = random.below(seeds.length);
      const bytes = random.chance(4) ? seeds[seed] : mutatedModel(trees[seed], random.pick(trees), random);
      return random.chance(4) || bytes === seeds[seed]
        ? mutateBytes(bytes ?? new Uint8Array(0), random, random.pick(seeds))
        : (bytes ?? new Uint8Array(0));
    },
    run: (bytes) => modelWay(bytes, 'fuzz.onnx', targets),
  };
}

function mutatedModel(tree: unknown, donor: unknown, random: Random): Uint8Array | undefined {
  const mutated = mutateTree(tree, donor, random, vocabulary);
  try {
    return encode('ModelProto', mutated as ModelProto);
  } catch {
    return undefined; // A record that no message can be, such as an integer that is no number.
  }
}
