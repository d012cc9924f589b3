import { readFileSync } from 'node:fs';
import { unzipSync, zipSync } from 'fflate';
import { bindInputs } from '../../../src/data/bind-inputs.ts';
import { readDataSet } from '../../../src/data/read-data-set.ts';
import type { Fuzzer } from '../fuzzer.ts';
import { joined, mutateBytes } from '../mutate-bytes.ts';
import type { Random } from '../random.ts';

const inputs = [
  { name: 'x', dtype: 'int8' as const, shape: ['n', 8, 8, 1], quantization: { scale: [0.1], zeroPoint: [3], axis: 0 } },
];
const names = ['x.npy', 'y.npy', 'x', '../x.npy', '__proto__.npy', 'constructor.npy', 'labels.npy', '.npy'];
const shapes = [
  '()',
  '(3,)',
  '(2, 3)',
  '(0,)',
  '(4294967296,)',
  '(65536, 65536, 65536)',
  '(-1,)',
  '(1e9,)',
  `(${'1,'.repeat(40)})`,
  '(9007199254740993,)',
  '(,)',
  'x',
];
const types = ['<f4', '>f4', '|u1', '<i8', '>u8', '<f2', '?', '|O', '<U8', '<c16', '<f16', '|b1', "<f4', 'x"];

/** Archives of arrays: archives made anew of changed arrays and headers, or bytes changed. */
export function npzFuzzer(): Fuzzer {
  const seeds = ['evaluation', 'calibration'].map(
    (name) => new Uint8Array(readFileSync(`fixtures/digits/${name}.npz`)),
  );
  const arrays = seeds.flatMap((bytes) => Object.entries(unzipSync(bytes)));
  const small = zipSync({ 'x.npy': npy('<f4', '(2, 8, 8)', 512), 'y.npy': npy('<i8', '(2,)', 16) });
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
      const data = await readDataSet('fuzz.npz', { read: async () => bytes, list: async () => undefined });
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
    return [
      name,
      npy(random.pick(types), random.pick(shapes), random.pick([0, 1, 24, 64, 1000]), random.chance(4)),
    ] as const;
  });
}

function npy(type: string, shape: string, bytes: number, fortran = false): Uint8Array {
  const header = `{'descr': '${type}', 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': ${shape}, }\n`;
  const start = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length & 0xff, header.length >> 8);
  return joined(start, new TextEncoder().encode(header), new Uint8Array(bytes).fill(3));
}
