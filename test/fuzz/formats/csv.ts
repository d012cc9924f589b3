import { bindInputs } from '../../../src/data/bind-inputs.ts';
import { readDataSet } from '../../../src/data/read-data-set.ts';
import { memorySource } from '../../support/memory-source.ts';
import type { Fuzzer } from '../fuzzer.ts';
import { mutateBytes } from '../mutate-bytes.ts';
import type { Random } from '../random.ts';

const inputs = [{ name: 'x', dtype: 'float32' as const, shape: ['n', 3] }];
const cells = [
  '1',
  '-0.5',
  '1e308',
  '1e999',
  'NaN',
  'Infinity',
  '0x10',
  '',
  ' ',
  '"1"',
  '"a,b"',
  '"',
  'label',
  'y',
  '__proto__',
  '=1+1',
  '\u0000',
  '\ufeff1',
  '9'.repeat(400),
  '1;2',
];
const separators = [',', ';', '\t', ', ', ',,', '|'];
const lineEnds = ['\n', '\r\n', '\r', '\n\n', '\u2028'];

/** Tables as spreadsheets and scripts write them: cells, separators and line ends exchanged, or bytes changed. */
export function csvFuzzer(): Fuzzer {
  const encoder = new TextEncoder();
  const seeds = ['1,2,3,0\n4,5,6,1\n', 'a;b;c;label\n0.5;-1;2e3;1\n1;1;1;0\n', '"1"\t"2"\t"3"\t"4"\r\n'];
  return {
    name: 'csv',
    extension: 'csv',
    seeds: seeds.map((text) => encoder.encode(text)),
    mutate: (random) => {
      const bytes = encoder.encode(random.chance(3) ? random.pick(seeds) : table(random));
      return random.chance(2) ? mutateBytes(bytes, random) : bytes;
    },
    run: async (bytes) => {
      const data = await readDataSet('fuzz.csv', memorySource({ 'fuzz.csv': bytes }));
      for (let index = 0; index < Math.min(3, data.count); index++)
        bindInputs(await data.sample(index), inputs, 'fuzz');
      return 'bound';
    },
  };
}

function table(random: Random): string {
  const separator = random.pick(separators);
  const columns = 1 + random.below(5);
  const hasHeader = random.chance(2);
  const rows = Array.from({ length: 1 + random.below(4) }, (_, row) =>
    Array.from({ length: random.chance(8) ? columns + 1 : columns }, (_, column) => {
      if (row === 0 && hasHeader) return column === columns - 1 ? 'label' : `c${column}`;
      return random.chance(6) ? random.pick(cells) : String(random.below(10));
    }).join(separator),
  );
  return rows.join(random.pick(lineEnds));
}
