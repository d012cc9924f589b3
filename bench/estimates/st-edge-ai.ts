/**
 * ST Edge AI Core (X-CUBE-AI) on STM32: latency, activations, weights and energy against MLPerf Tiny and the STM32 model zoo.
 * Speeds of cores and releases are fitted without the model's family, then predict it; `fitted:` is what src/runtimes/st-edge-ai/facts.json has.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { readTflite } from '../../src/formats/tflite/read.ts';
import type { Graph } from '../../src/graph/graph.ts';
import { activationsOf } from '../../src/runtimes/st-edge-ai/activations.ts';
import facts from '../../src/runtimes/st-edge-ai/facts.json' with { type: 'json' };
import { codeOf, weightsOf } from '../../src/runtimes/st-edge-ai/flash.ts';
import { operatorWork, type Release, type Work } from '../../src/runtimes/st-edge-ai/latency.ts';
import { loadBoard } from '../../src/targets/load.ts';
import { referenceDirectory } from '../reference.ts';
import { type EstimateRow, estimateRow } from './row.ts';
import { graphOfOperatorList, type OperatorList } from './support/zoo-graph.ts';

interface Measured {
  readonly id: number;
  readonly model?: string;
  readonly model_file?: string | null;
  readonly precision?: string | null;
  readonly board?: string | null;
  readonly core?: string | null;
  readonly clock_mhz?: number | null;
  readonly runtime?: string | null;
  readonly latency_ms?: number | null;
  readonly energy_uj?: number | null;
  readonly ram_activations_bytes?: number | null;
  readonly ram_runtime_bytes?: number | null;
  readonly flash_weights_bytes?: number | null;
  readonly flash_code_bytes?: number | null;
  readonly notes?: string | null;
}

interface Point {
  readonly row: Measured;
  readonly name: string;
  readonly family: string;
  readonly core: string;
  readonly release: Release;
  readonly graph: Graph;
  /** Instructions of CMSIS-NN by kind of kernel. */
  readonly instructions: Readonly<Record<Work['kind'], number>>;
}

/** Rows that name a model of the zoo but no file: the file with the same network, resolution and head. */
const filesByRow: Readonly<Record<number, string>> = {
  164: 'mobilenet_v1_0.25_224_fft',
  165: 'mobilenet_v1_0.5_224_fft',
  166: 'mobilenet_v1_0.25_96_fft',
  167: 'mobilenet_v1_0.25_96_grayscale_tfs',
  872: 'mobilenet_v2_0.35_128_fft',
  876: 'mobilenet_v2_0.35_224_fft',
  860: 'mobilenet_v2_0.35_224_fft',
  861: 'mobilenet_v2_0.35_128_fft',
  921: 'st_ssd_mobilenet_v1_025_192',
  923: 'st_ssd_mobilenet_v1_025_256',
};
/**
 * Inferences per second and microjoules of MLPerf Tiny v1.2 and v1.3, closed/STMicroelectronics/results (mlcommons/tiny_results_v1.2, v1.3), which the reference lacks:
 * anomaly detection, image classification, keyword spotting. Visual wake words ran without its dead channels.
 */
const laterRounds: readonly (readonly [
  round: string,
  board: string,
  clockMegahertz: number,
  core: string,
  notes: string,
  ...results: readonly (readonly [perSecond: number, microjoules: number])[],
])[] = [
  ['v1.2', 'NUCLEO-L4R5ZI', 120, 'Cortex-M4', 'at 1.8 V', [190.09, 203.36], [6.056, 6922], [23.15, 1821]],
  ['v1.2', 'NUCLEO-U575ZI-Q', 160, 'Cortex-M33', 'at 1.8 V', [291.59, 81.9], [9.003, 2580], [34.41, 656.1]],
  ['v1.2', 'NUCLEO-H7A3ZI-Q', 280, 'Cortex-M7', 'at 3 V', [816, 165.7], [24.483, 5091], [88.35, 1375.5]],
  ['v1.3', 'NUCLEO-L4R5ZI-P', 120, 'Cortex-M4', '', [208.61, 160.48], [6.036, 5502], [23.03, 1431]],
  ['v1.3', 'NUCLEO-U575ZI-Q', 160, 'Cortex-M33', 'at 1.8 V', [311.58, 77.24], [9.133, 2566], [34.49, 664.5]],
  ['v1.3', 'NUCLEO-U385RG-Q', 96, 'Cortex-M33', 'at 1.8 V', [184.85, 31.85], [5.481, 966.3], [20.7, 245.35]],
];

/** Of STMicroelectronics/stm32ai-modelzoo 6f10965, image_classification/resnetv1/README.md: release 10 on the network of an older row, which the reference lacks. */
const resnetWithTen = {
  id: 11_000,
  runtime: 'STM32Cube.AI 10.0.0',
  latency_ms: 28.67,
  ram_activations_bytes: 64_010,
  ram_runtime_bytes: 7383,
  flash_weights_bytes: 78_746,
  flash_code_bytes: 57_805,
};
/** The older row. */
const resnetWithEight = 124;

/** From MLPerf Tiny v1.1 on ST ran visual wake words without its dead channels. */
const otherModel = new Set([336, 340, 344]);
const families = [
  'miniresnet',
  'mobilenet_v1',
  'mobilenet_v2',
  'efficientnet',
  'resnet',
  'gmp',
  'ign',
  'ad01',
  'kws',
  'vww',
] as const;

/** Rows of this section. */
export async function stEdgeAi(): Promise<readonly EstimateRow[]> {
  const all = points();
  const timed = all.filter(({ row }) => row.latency_ms != null && clockOf(row) !== undefined);
  const known = speedsOf(timed);
  console.log(`fitted: ${JSON.stringify(known)}`);
  const predictions = timed.map((point) => ({
    point,
    measured: cyclesOf(point),
    estimate: predicted(point, speedsOf(timed.filter(({ family }) => family !== point.family))),
  }));
  for (const family of families) {
    const own = predictions.filter(({ point }) => point.family === family);
    const errors = own.map(({ point, measured, estimate }) => `${point.row.id} ${percent(estimate / measured - 1)}`);
    if (own.length > 0) console.log(`latency of ${family}: ${errors.join(', ')}`);
  }
  const left = 'speed of core and release fitted without the model family';
  const usual = predictions.filter(({ point }) => !isSensor(point));
  return [
    ...[...new Set(timed.map(({ core }) => core))].map((core) =>
      estimateRow(
        { runtime: 'st-edge-ai', board: `STM32 with ${core}`, metric: 'latency', how: left },
        predictions.filter(({ point }) => point.core === core),
      ),
    ),
    estimateRow({ runtime: 'st-edge-ai', board: 'STM32, all', metric: 'latency', how: left }, predictions),
    estimateRow(
      {
        runtime: 'st-edge-ai',
        board: 'STM32, without networks of under 0.1 million MACs',
        metric: 'latency',
        how: left,
      },
      usual,
    ),
    ...memoryRows(all),
    ...energyRows(timed, predictions),
  ];
}

/** Activations and flash: nothing is fitted to them but the code's and the runtime's sizes. */
function memoryRows(all: readonly Point[]): readonly EstimateRow[] {
  const pairs = (field: keyof Measured, estimate: (point: Point) => number, keep: (point: Point) => boolean) =>
    all
      .filter((point) => typeof point.row[field] === 'number' && keep(point))
      .map((point) => ({ point, estimate: estimate(point), measured: Number(point.row[field]) }));
  const activations = (point: Point) => activationsOf(point.graph, point.release).bytes;
  const early = pairs('ram_activations_bytes', activations, ({ release }) => release !== '9');
  const late = pairs('ram_activations_bytes', activations, ({ release }) => release === '9');
  for (const { point, estimate, measured } of [...early, ...late]) {
    console.log(
      `activations ${point.row.id} ${point.name}, release ${point.release}: ${estimate} of ${measured}, ${percent(estimate / measured - 1)}`,
    );
  }
  const weights = pairs(
    'flash_weights_bytes',
    ({ graph }) => weightsOf(graph),
    () => true,
  );
  for (const { point, estimate, measured } of weights) {
    if (Math.abs(estimate / measured - 1) > 0.03)
      console.log(`weights ${point.row.id} ${point.name}: ${estimate} of ${measured}`);
  }
  const code = pairs(
    'flash_code_bytes',
    ({ graph }) => codeOf(graph).flash,
    () => true,
  );
  const runtime = pairs(
    'ram_runtime_bytes',
    ({ graph }) => codeOf(graph).ram,
    () => true,
  );
  const row = (
    metric: EstimateRow['metric'],
    board: string,
    how: string,
    of: readonly { estimate: number; measured: number }[],
  ) => estimateRow({ runtime: 'st-edge-ai', board, metric, how }, of);
  return [
    row(
      'peakRam',
      'STM32, activations, releases 7 and 8',
      'rules of the planner, found on these rows; no coefficient',
      early,
    ),
    row('peakRam', 'STM32, activations, releases 9 and 10', 'the same rules, found on the rows of 7 and 8', late),
    row('peakRam', 'STM32, RAM of the runtime', 'fitted to these', runtime),
    row('flash', 'STM32, weights', 'constants of the model, nothing fitted', weights),
    row('flash', 'STM32, code', 'fitted to these', code),
  ];
}

/** Energy of MLPerf Tiny: power of the board in its file times the predicted latency. */
function energyRows(
  timed: readonly Point[],
  predictions: readonly { readonly point: Point; readonly estimate: number }[],
): readonly EstimateRow[] {
  const boards = {
    'NUCLEO-L4R5ZI': 'nucleo-l4r5zi',
    'NUCLEO-U575ZI-Q': 'nucleo-u575zi-q',
    'NUCLEO-H7A3ZI-Q': 'nucleo-h7a3zi-q',
  };
  return Object.entries(boards).map(([name, id]) => {
    const own = timed.filter(({ row }) => row.board === name && row.energy_uj != null && isAtVoltage(row, name));
    const power = loadBoard(id).power.activeMilliwatts?.value ?? Number.NaN;
    return estimateRow(
      {
        runtime: 'st-edge-ai',
        board: id,
        metric: 'energy',
        how: 'power of the board times latency predicted without the model family; supply as in its file',
      },
      own.map((point) => ({
        measured: point.row.energy_uj ?? Number.NaN,
        estimate:
          (power * (predictions.find((each) => each.point === point)?.estimate ?? Number.NaN)) /
          ((clockOf(point.row) ?? Number.NaN) * 1000),
      })),
    );
  });
}

/** The supply that the board's power is for: 1.8 V, and about 3 V for STM32H7A3. */
const isAtVoltage = ({ notes }: Measured, board: string) =>
  (board === 'NUCLEO-H7A3ZI-Q' ? /at 3(\.0)? ?V/ : /at 1\.8 ?V/).test(notes ?? '');

interface Speeds {
  readonly window: number;
  readonly cores: Readonly<Record<string, number>>;
  readonly releases: Readonly<Record<string, number>>;
}

/** One factor for each core and each release, release 8 being 1: geometric means in turn, every family counting alike. Sensor networks are left out. */
function speedsOf(timed: readonly Point[]): Speeds {
  const used = timed.filter((point) => !isSensor(point));
  const weight = new Map(
    used.map(({ family }) => [family, 1 / used.filter((other) => other.family === family).length]),
  );
  let window = 1;
  const cores: Record<string, number> = { 'cortex-m4': 1, 'cortex-m33': 0.8, 'cortex-m7': 0.55 };
  const releases: Record<string, number> = { '7.1': 1, '7.3': 1, '8': 1, '9': 1 };
  const improve = (factors: Record<string, number>, key: (point: Point) => string) => {
    for (const name of Object.keys(factors)) {
      const own = used.filter((point) => key(point) === name);
      if (own.length === 0) continue;
      const sum = own.reduce((all, point) => all + (weight.get(point.family) ?? 0), 0);
      const log = own.reduce(
        (all, point) =>
          all +
          (weight.get(point.family) ?? 0) * Math.log(cyclesOf(point) / predicted(point, { window, cores, releases })),
        0,
      );
      factors[name] = (factors[name] ?? 1) * Math.exp(log / sum);
    }
  };
  for (let round = 0; round < 50; round++) {
    // The factor of windows that brings estimates nearest: least squares of relative errors.
    let [product, square] = [0, 0];
    for (const point of used) {
      const unit = (cores[point.core] ?? 1) * (releases[point.release] ?? 1);
      const slope = (point.instructions.window * unit) / cyclesOf(point);
      const rest = predicted(point, { window: 0, cores, releases }) / cyclesOf(point);
      product += (weight.get(point.family) ?? 0) * slope * (1 - rest);
      square += (weight.get(point.family) ?? 0) * slope * slope;
    }
    window = product / square;
    improve(cores, ({ core }) => core);
    improve(releases, ({ release }) => release);
    const unit = releases['8'] ?? 1;
    for (const name of Object.keys(releases)) releases[name] = (releases[name] ?? 1) / unit;
    for (const name of Object.keys(cores)) cores[name] = (cores[name] ?? 1) * unit;
  }
  return { window, cores, releases };
}

const predicted = ({ instructions, core, release }: Point, { window, cores, releases }: Speeds) =>
  (instructions.dense * denseFactor + instructions.window * window + instructions.other) *
  (cores[core] ?? Number.NaN) *
  (releases[release] ?? Number.NaN);
/**
 * ST's dense layers are as fast as CMSIS-NN's, because memory limits both: what the boards' files say of CMSIS-NN (1.53, 1.28 and 0.94 cycles per instruction)
 * over what the convolutional networks give for ST's. Not fitted to the one dense network.
 */
const denseFactor = facts.kinds.dense;
const isSensor = ({ family }: Point) => family === 'gmp' || family === 'ign';
const percent = (share: number) => `${share < 0 ? '' : '+'}${(100 * share).toFixed(1)} %`;
const clockOf = ({ clock_mhz, board }: Measured) => clock_mhz ?? (board === 'STM32H743' ? 480 : undefined);
const cyclesOf = ({ row }: Point) => (row.latency_ms ?? Number.NaN) * (clockOf(row) ?? Number.NaN) * 1000;

function points(): readonly Point[] {
  const read = <T>(name: string) => JSON.parse(readFileSync(path.join(referenceDirectory, name), 'utf8')) as T;
  const lists = read<Readonly<Record<string, OperatorList>>>('graphs.json');
  const graphs = new Map<string, Graph | undefined>();
  const reference = read<readonly Measured[]>('measurements.json');
  return [...reference, ...laterRows(), ...resnetRow(reference)].flatMap((row) => {
    if (!/X-CUBE|STM32Cube/.test(row.runtime ?? '') || row.precision !== 'int8' || otherModel.has(row.id)) return [];
    // Not every row of the zoo gives a release; those of this README were measured with 8.
    const release = releaseOf(row.runtime ?? '');
    const part = filesByRow[row.id];
    const file = part === undefined ? row.model_file : Object.keys(lists).find((name) => name.includes(part));
    if (file == null || /GD32/.test(row.board ?? '')) return [];
    if (!graphs.has(file)) graphs.set(file, graphOf(file, lists));
    const graph = graphs.get(file);
    if (graph === undefined) return [];
    const core = /M7/.test(row.core ?? '') ? 'cortex-m7' : /M33/.test(row.core ?? '') ? 'cortex-m33' : 'cortex-m4';
    const board = loadBoard('generic-cortex-m4');
    const instructions = { dense: 0, window: 0, other: 0 };
    for (const operator of graph.operators) {
      const work = operatorWork(graph, operator, board);
      if (work !== undefined) instructions[work.kind] += work.instructions;
    }
    const name = path.basename(file, '.tflite');
    const family = families.find((each) => name.includes(each)) ?? (/pretrainedResnet/.test(name) ? 'resnet' : name);
    return [{ row, name, family, core, release, graph, instructions }];
  });
}

/** The later rounds in the form of the reference's rows. */
function laterRows(): readonly Measured[] {
  const tiny = 'mlcommons+tiny/benchmark/training';
  const files = [
    `${tiny}/anomaly_detection/trained_models/ad01_int8.tflite`,
    `${tiny}/image_classification/trained_models/pretrainedResnet_quant.tflite`,
    `${tiny}/keyword_spotting/trained_models/kws_ref_model.tflite`,
  ];
  return laterRounds.flatMap(([round, board, clock_mhz, core, notes, ...results], index) =>
    results.map(([perSecond, microjoules], position) => ({
      id: 10_000 + 10 * index + position,
      model_file: files[position] ?? null,
      precision: 'int8',
      board,
      core,
      clock_mhz,
      runtime: round === 'v1.3' ? 'X-CUBE-AI v10.2' : 'X-CUBE-AI v9.0',
      latency_ms: 1000 / perSecond,
      energy_uj: microjoules,
      notes,
    })),
  );
}

function resnetRow(reference: readonly Measured[]): readonly Measured[] {
  return reference.filter(({ id }) => id === resnetWithEight).map((older) => ({ ...older, ...resnetWithTen }));
}

function graphOf(file: string, lists: Readonly<Record<string, OperatorList>>): Graph | undefined {
  const list = lists[file];
  if (list !== undefined) return graphOfOperatorList(list);
  const local = path.join(referenceDirectory, 'models', file);
  return existsSync(local) && file.endsWith('.tflite') ? readTflite(readFileSync(local), file) : undefined;
}

function releaseOf(runtime: string): Release {
  if (/7\.1/.test(runtime)) return '7.1';
  if (/7\.3/.test(runtime)) return '7.3';
  return /\bv?(9|10)\./.test(runtime) ? '9' : '8';
}
