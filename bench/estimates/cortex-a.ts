/** Latency of application cores against published runs, each predicted without its family of networks: `node scripts/run-ts.mjs bench/estimates/cortex-a.ts`. */
import { countsOf, launches, yamlOf } from './core-costs.ts';
import { leipRuns, type Precision, publishedRuns, type Run, runsOf, stm32mp1Runs } from './cortex-a-runs.ts';
import { published } from './published.ts';
import { type EstimateRow, estimateRow } from './row.ts';
import { type CoreRow, dot, type Predicted, type ShrunkFit, shrunkFit } from './shrinkage.ts';

/** Cores whose costs are drawn to each other's: of like instructions. The Cortex-A7's are 32-bit Arm's, it stands alone. */
const groups: readonly { readonly precision: Precision; readonly cores: readonly string[] }[] = [
  { precision: 'float32', cores: ['cortex-a7'] },
  { precision: 'float32', cores: ['cortex-a53', 'cortex-a57', 'cortex-a72', 'cortex-a73'] },
  { precision: 'float16', cores: ['cortex-a55', 'cortex-a76', 'cortex-a78ae', 'carmel'] },
  { precision: 'int8', cores: ['cortex-a7'] },
  { precision: 'int8', cores: ['cortex-a53', 'cortex-a57', 'cortex-a72', 'cortex-a73'] },
  { precision: 'int8', cores: ['cortex-a55', 'cortex-a76', 'cortex-a78ae', 'carmel'] },
];

function coreRow(run: Run, precision: Precision): CoreRow {
  return {
    core: run.core,
    board: run.device,
    label: `${run.device}, ${run.runtime}, ${run.label}`,
    family: run.family,
    counts: countsOf(run, precision),
    milliseconds: run.milliseconds - launches(run),
  };
}

interface Pair {
  readonly run: Run;
  readonly estimate: number;
  readonly measured: number;
}

/** A run of another library, by the costs of its core without its family. */
function predicted(fit: ShrunkFit, run: Run, precision: Precision): Pair {
  const { costs, factors } = fit.costs(run.core, { family: run.family });
  const working = dot(countsOf(run, precision), costs) * (factors.get(run.device) ?? 1);
  return { run, estimate: working + launches(run), measured: run.milliseconds };
}

const deviceBoards: Readonly<Record<string, string>> = {
  'Raspberry Pi 3 B+': 'raspberry-pi-3',
  'Raspberry Pi Zero 2 W': 'raspberry-pi-zero-2-w',
  'Raspberry Pi 4 B': 'raspberry-pi-4',
  'Raspberry Pi 5': 'raspberry-pi-5',
  'STM32MP157F-DK2': 'stm32mp157f-dk2',
  'Jetson Nano': 'jetson-nano',
  'Jetson AGX Xavier': 'jetson-agx-xavier',
  'Jetson AGX Orin': 'jetson-agx-orin',
  'Jetson Orin Nano': 'jetson-orin-nano',
  SL1640: 'sl1640',
  SL1680: 'sl1680',
};

export async function cortexA(verbose = false): Promise<readonly EstimateRow[]> {
  return groups.flatMap(({ precision, cores }) => {
    const runs = [...publishedRuns(precision), ...(precision === 'int8' ? stm32mp1Runs() : [])].filter(({ core }) =>
      cores.includes(core),
    );
    const byLabel = new Map(runs.map((run) => [coreRow(run, precision).label, run]));
    const fit = shrunkFit(runs.map((run) => coreRow(run, precision)));
    const pairsOf = (found: readonly Predicted[]): readonly Pair[] =>
      found.flatMap(({ row, estimate }) => {
        const run = byLabel.get(row.label);
        return run === undefined ? [] : [{ run, estimate: estimate + launches(run), measured: run.milliseconds }];
      });
    const [pairs, unseen] = [pairsOf(fit.pairs), pairsOf(fit.unseen)];
    const of = (core: string, all: readonly Pair[]) => all.filter(({ run }) => run.core === core);
    if (verbose) for (const core of cores) print(core, precision, fit, of(core, pairs));
    return [
      ...cores.flatMap((core) => rowsOf(core, precision, of(core, pairs))),
      ...cores.flatMap((core) => unseenRows(core, precision, of(core, unseen))),
      ...otherLibraries(fit, precision, cores),
    ];
  });
}

function rowsOf(core: string, precision: Precision, pairs: readonly Pair[]): readonly EstimateRow[] {
  const families = new Set(pairs.map(({ run }) => run.family)).size;
  const devices = [...new Set(pairs.map(({ run }) => run.device))];
  const how = `${pairs.length} runs of ${families} families on ${devices.length} ${devices.length === 1 ? 'board' : 'boards'}, ${precision}; fitted without the family on any core`;
  const about = { runtime: 'litert, onnxruntime', board: `${core} ${precision}`, metric: 'latency', how } as const;
  const sets = [...new Set(pairs.map(({ run }) => `${run.device}, ${run.runtime}`))];
  return [
    estimateRow(about, pairs),
    ...sets.flatMap((set) => {
      const own = pairs.filter(({ run }) => set === `${run.device}, ${run.runtime}`);
      const [name = '', runtime = ''] = set.split(', ');
      const board = deviceBoards[name];
      const row = { runtime, board: board ?? '', metric: 'latency', how: `${precision}, of the row above` } as const;
      return own.length < 2 || sets.length < 2 || board === undefined ? [] : [estimateRow(row, own)];
    }),
  ];
}

function unseenRows(core: string, precision: Precision, pairs: readonly Pair[]): readonly EstimateRow[] {
  if (pairs.length === 0) return [];
  const boards = new Set(pairs.map(({ run }) => run.device)).size;
  const how = `${precision}, each of ${boards} boards from the others of the core, as if only core and clock were known, and without the family`;
  return [
    estimateRow(
      { runtime: 'litert, onnxruntime', board: `${core}, a board not measured`, metric: 'latency', how },
      pairs,
    ),
  ];
}

/** Checks by libraries that were not fitted. */
function otherLibraries(fit: ShrunkFit, precision: Precision, cores: readonly string[]): readonly EstimateRow[] {
  const leip = cores.includes('cortex-a72') && precision !== 'float16' ? leipRuns(precision) : [];
  // Half the time, as float32 is taken to cost twice of float16.
  const onnxruntime =
    precision === 'float16'
      ? published
          .filter((set) => set.runtime === 'ONNX Runtime')
          .flatMap(runsOf)
          .map((run) => ({ ...run, milliseconds: run.milliseconds / 2 }))
      : [];
  return [leip, onnxruntime].flatMap((runs) => {
    const [first] = runs;
    if (first === undefined) return [];
    const how = `${precision}, another library, not fitted at all`;
    const about = { runtime: first.runtime, board: deviceBoards[first.device] ?? '', metric: 'latency', how } as const;
    return [
      estimateRow(
        about,
        runs.map((run) => predicted(fit, run, precision)),
      ),
    ];
  });
}

function print(core: string, precision: Precision, fit: ShrunkFit, pairs: readonly Pair[]): void {
  const { costs, factors } = fit.costs(core);
  console.log(`${core} ${precision}: ${yamlOf(costs, precision)}`);
  console.log(`  all: ${costs.map((cost) => cost.toPrecision(3)).join(' ')}, drawn by ${fit.strengths.get(core)}`);
  console.log(`  boards: ${[...factors].map(([board, factor]) => `${board} ${factor.toFixed(3)}`).join(', ')}`);
  for (const { run, estimate, measured } of pairs) {
    const label = `${run.device}, ${run.runtime}, ${run.label}`;
    const error = ((estimate / measured - 1) * 100).toFixed(0).padStart(5);
    console.log(`    ${label.padEnd(70)} ${measured.toFixed(2).padStart(9)} ms ${error} %`);
  }
}

if (process.argv[1]?.includes('cortex-a')) {
  const rows = await cortexA(true);
  for (const row of rows)
    console.log(
      `${row.runtime.padEnd(20)} ${row.board.padEnd(26)} N ${String(row.n).padStart(3)} mean ${(row.meanError * 100).toFixed(1)} median ${(row.medianError * 100).toFixed(1)} p90 ${(row.p90Error * 100).toFixed(0)} rank ${row.spearman.toFixed(3)}  ${row.how}`,
    );
}
