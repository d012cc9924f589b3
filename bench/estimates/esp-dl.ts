/** ESP-DL's networks, each predicted without its family: `node scripts/run-ts.mjs bench/estimates/esp-dl.ts`. */
import { type Caches, type coefficientNames, cycleCounts } from '../../src/runtimes/esp-dl/latency.ts';
import { type LayerShape, layerWork } from '../../src/runtimes/esp-dl/layer-work.ts';
import { loadBoard } from '../../src/targets/load.ts';
import { printRows } from './accelerators.ts';
import published from './esp-dl-networks.json' with { type: 'json' };
import { type CrossValidated, crossValidate, type FitRow, meanError } from './fit.ts';
import { type EstimateRow, estimateRow } from './row.ts';

/**
 * Clocks of a line of 64 bytes on the ESP32-S3's buses at 80 MHz: quad flash, one bit per line and clock, 8 of command, 6 of address, 6 of mode and waiting, 128 of data;
 * octal PSRAM, two, 18 in all until the first byte, 32 of data. Weights in flash are waited for so many times longer.
 */
const flashRatio = 148 / 50;

interface ChipRuns {
  readonly board: 'esp32-s3' | 'esp32-p4';
  readonly caches: Caches;
  readonly terms: readonly (typeof coefficientNames)[number][];
  /** Families whose weights stayed in flash: the modules copy them into 9 MB of external RAM or more, the board has 8. */
  readonly inFlash: readonly string[];
  /** Families whose example is built without optimisation for speed and runs from flash; all others' configurations have both. */
  readonly builtForDebugging: readonly string[];
}

const common = [
  'cyclesPerVector',
  'cyclesPerDepthwiseVector',
  'cyclesPerRaggedPosition',
  'cyclesPerTableElement',
  'cyclesPerLayer',
  'cyclesPerMissedDataByte',
  'cyclesPerMissedWeightByte',
] as const;

/** Caches as the configurations of espressif/esp-dl 12c0616, test_apps/model_perf, have them. */
const chips: readonly ChipRuns[] = [
  { board: 'esp32-s3', caches: { last: 65_536 }, terms: common, inFlash: ['yolo11'], builtForDebugging: [] },
  {
    board: 'esp32-p4',
    caches: { first: 65_536, last: 262_144 },
    terms: [...common, 'cyclesPerFirstMissedWeightByte'],
    inFlash: [],
    builtForDebugging: ['yolo26'],
  },
];

const kinds: readonly string[] = ['conv', 'depthwise', 'table', 'other'] satisfies readonly LayerShape['kind'][];
const isKind = (kind: string): kind is LayerShape['kind'] => kinds.includes(kind);

function parseLayer(line: string): { readonly times: number; readonly shape: LayerShape } {
  const [times = '', kind = '', ...rest] = line.split(' ');
  const [positions = 0, taps = 0, depth = 0, channels = 0, weightBytes = 0, dataBytes = 0, elementBytes = 1] =
    rest.map(Number);
  if (!isKind(kind)) throw new Error(`no kind of layer: ${line}`);
  return {
    times: Number(times),
    shape: { kind, positions, taps, depth, channels, weightBytes, dataBytes, elementBytes },
  };
}

type Published = (typeof published)['networks'][number];

function fitRows({ name, family, milliseconds, layers }: Published, chip: ChipRuns): readonly FitRow[] {
  const perMillisecond = 1e3 / loadBoard(chip.board).clockHz.value;
  const inFlash = chip.inFlash.includes(family);
  const counts = layers.map(parseLayer).map(({ times, shape }) => {
    const each = cycleCounts(layerWork(shape), chip.caches, inFlash);
    const weights = each.cyclesPerMissedWeightByte + flashRatio * each.cyclesPerFlashWeightByte;
    return chip.terms.map((term) => times * (term === 'cyclesPerMissedWeightByte' ? weights : each[term]));
  });
  const sums = chip.terms.map((_, term) => counts.reduce((sum, each) => sum + (each[term] ?? 0), 0) * perMillisecond);
  return (milliseconds[chip.board] ?? []).map((measured) => ({
    label: name,
    family,
    counts: sums,
    milliseconds: measured,
  }));
}

const isSingle = (label: string) => label.startsWith('single');

/** A row for each chip, and one for networks whose build is another. */
export function espDl(verbose = false): readonly EstimateRow[] {
  return chips.flatMap((chip): readonly EstimateRow[] => {
    const rows = published.networks.flatMap((network) => fitRows(network, chip));
    const isOther = ({ family }: FitRow) => chip.builtForDebugging.includes(family);
    const fitted = rows.filter((row) => !isOther(row));
    const { coefficients, pairs } = crossValidate(fitted);
    const others = rows.filter(isOther).map(({ label, counts, milliseconds }) => ({
      label,
      estimate: counts.reduce((sum, count, term) => sum + count * (coefficients[term] ?? 0), 0),
      measured: milliseconds,
    }));
    if (verbose) report(chip, coefficients, [...pairs, ...others]);
    const about = { runtime: 'esp-dl', board: chip.board, metric: 'latency' } as const;
    const networks = pairs.filter(({ label }) => !isSingle(label));
    const errors = familyErrors(fitted, pairs);
    const how = `${networks.length} runs of ${errors.length} families, each family predicted from the others and six single operators; ${(100 * mean(errors)).toFixed(0)} % as the mean of families`;
    return [
      estimateRow({ ...about, how }, networks),
      ...(others.length === 0
        ? []
        : [
            estimateRow(
              { ...about, how: 'YOLO26, published of a build without optimisation for speed; not fitted at all' },
              others,
            ),
          ]),
    ];
  });
}

/** The mean error of each family of networks. */
function familyErrors(rows: readonly FitRow[], pairs: CrossValidated['pairs']): readonly number[] {
  const names = new Set(rows.filter(({ label }) => !isSingle(label)).map(({ family }) => family));
  return [...names].map((name) => meanError(pairs.filter((_, index) => rows[index]?.family === name)));
}

const mean = (numbers: readonly number[]): number => numbers.reduce((sum, each) => sum + each, 0) / numbers.length;

function report({ board, terms }: ChipRuns, coefficients: readonly number[], pairs: CrossValidated['pairs']) {
  console.log(`${board}: ${terms.map((term, index) => `${term} ${coefficients[index]?.toPrecision(3)}`).join(', ')}`);
  for (const { label, estimate, measured } of pairs)
    console.log(`    ${label.padEnd(26)} ${measured} ms ${((estimate / measured - 1) * 100).toFixed(0)} %`);
}

if (process.argv[1]?.includes('esp-dl')) printRows(espDl(true));
