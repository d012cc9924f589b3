import { readFileSync } from 'node:fs';
import { unzipSync, zipSync } from 'fflate';
import { bindInputs } from '../../../src/data/bind-inputs.ts';
import { readDataSet } from '../../../src/data/read-data-set.ts';
import { memorySource } from '../../support/memory-source.ts';
import type { Fuzzer } from '../fuzzer.ts';
import { mutateBytes } from '../mutate-bytes.ts';
import type { Random } from '../random.ts';
import { anyNpy, npyFile } from './npy.ts';

const inputs = [
  { name: 'x', dtype: 'int8' as const, shape: ['n', 8, 8, 1], quantization: { scale: [0.1], zeroPoint: [3], axis: 0 } },
];
const names = ['x.npy', 'y.npy', 'x', '../x.npy', '__proto__.npy', 'constructor.npy', 'labels.npy', '.npy'];
/** Archives of arrays: archives made anew of changed arrays and headers, or bytes changed. */
export function npzFuzzer(): Fuzzer {
  const seeds = ['evaluation', 'calibration'].map(
    (name) => new Uint8Array(readFileSync(`fixtures/digits/${name}.npz`)),
  );
  const arrays = seeds.flatMap((bytes) => Object.entries(unzipSync(bytes)));
  const small = zipSync({ 'x.npy': npyFile('<f4', '(2, 8, 8)', 512), 'y.npy': npyFile('<i8', '(2,)', 16) });
  return {
    name: 'npz',
    extension: 'npz',
    seeds: [...seeds, small],
    mutate: (random) => {
      if (random.chance(3)) return mutateBytes(random.chance(2) ? small : random.pick(seeds), random, small);
      const archive = zipSync(Object.fromEntries(contents(random, arrays)), { level: random.pick([0, 6]) });
      return random.chance(3) ? mutateBytes(archive, random) : archive;
    },
    run: async (bytes) => {
      const data = await readDataSet('fuzz.npz', memorySource({ 'fuzz.npz': bytes }));
      for (let index = 0; index < Math.min(3, data.count); index++)
        bindInputs(await data.sample(index), inputs, 'fuzz');
      return 'bound';
    },
  };
}

function contents(
  random: Random,
  arrays: readonly (readonly [string, Uint8Array])[],
): readonly (readonly [string, Uint8Array])[] {
  return Array.from({ length: 1 + random.below(4) }, () => {
    const name = random.pick(names);
    if (random.chance(3)) return [name, mutateBytes(random.pick(arrays)[1].subarray(0, 4096), random)] as const;
    return [name, anyNpy(random)] as const;
  });
}
