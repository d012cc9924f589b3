import { readNpy } from '../../../src/data/npy.ts';
import type { Fuzzer } from '../fuzzer.ts';
import { joined, mutateBytes } from '../mutate-bytes.ts';
import type { Random } from '../random.ts';

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
  `(${'0,'.repeat(20)}9007199254740991)`,
  '(9007199254740993,)',
  '(,)',
  'x',
];
const types = ['<f4', '>f4', '|u1', '<i8', '>u8', '<f2', '?', '|O', '<U8', '<c16', '<f16', '|b1', "<f4', 'x"];

/** NumPy arrays: files made anew with headers of every kind, or bytes changed. */
export function npyFuzzer(): Fuzzer {
  const seeds = ['<f4', '>f4', '<f2', '<i8', '|b1', '|u1'].map((type) => npyFile(type, '(2, 3)', 48));
  return {
    name: 'npy',
    extension: 'npy',
    seeds,
    mutate: (random) => {
      const bytes = random.chance(3) ? random.pick(seeds) : anyNpy(random);
      return random.chance(2) ? mutateBytes(bytes, random, random.pick(seeds)) : bytes;
    },
    run: (bytes) => {
      const { data, shape } = readNpy(bytes, 'fuzz.npy');
      const elements = shape.reduce((product, extent) => product * extent, 1);
      if (data.length !== elements) throw new Error(`${data.length} values for ${shape.join(' × ')}`);
      return 'read';
    },
  };
}

/** A file of any type and shape that headers may claim, with content that mostly is not what they promise. */
export function anyNpy(random: Random): Uint8Array {
  return npyFile(
    random.pick(types),
    random.pick(shapes),
    random.pick([0, 1, 24, 64, 1000]),
    random.chance(4),
    random.pick([1, 1, 2, 3, 9]),
  );
}

/** A NumPy file (numpy.lib.format): header of the version, then `bytes` bytes of content. */
export function npyFile(type: string, shape: string, bytes: number, isFortran = false, version = 1): Uint8Array {
  const header = `{'descr': '${type}', 'fortran_order': ${isFortran ? 'True' : 'False'}, 'shape': ${shape}, }\n`;
  const length = [header.length & 0xff, header.length >> 8, ...(version === 1 ? [] : [0, 0])];
  const start = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0, ...length);
  return joined(start, new TextEncoder().encode(header), new Uint8Array(bytes).fill(3));
}
