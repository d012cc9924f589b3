import type { Budget, BudgetMetric, Limit } from '../../src/judge/budget.ts';
import { buildComparison, type ComparisonInput } from '../../src/judge/build-comparison.ts';
import type { Comparison } from '../../src/judge/comparison.ts';
import { worstVerdict } from '../../src/judge/worst-verdict.ts';
import type { Layer, Measurement, Metric } from '../../src/measurement/measurement.ts';
import type { GateReport } from '../../src/report/report-schema.ts';
import type { ScheduleResult } from '../../src/schedule/schedule-result.ts';
import { layerGraphs } from './layer-graphs.ts';

export const KiB = 1024;

/** A layer with little in it; `name` and what matters to the test are given. */
export function layer(name: string, overrides: Partial<Layer> = {}): Layer {
  return {
    index: 0,
    type: 'CONV_2D',
    name,
    macs: 1000,
    latency: 1,
    energy: 0.1,
    flash: 1000,
    liveBytes: 1000,
    unit: 'cpu',
    outputShape: [1, 8, 8, 64],
    ...overrides,
  };
}

/** Layers with their indices in order. */
export function layers(...each: readonly Layer[]): Layer[] {
  return each.map((one, index) => ({ ...one, index }));
}

export function exact(value: number, source?: string): Metric {
  return { value, unit: 'B', basis: 'exact', ...(source === undefined ? {} : { source }) };
}

export function modelled(value: number, unit: Metric['unit'], error: number, source?: string): Metric {
  return { value, unit, basis: 'modelled', error, ...(source === undefined ? {} : { source }) };
}

/** A keyword-spotting model on a Cortex-M4 in which everything is known; any part can be replaced. */
export function measurement(overrides: Partial<Measurement> = {}): Measurement {
  return {
    schemaVersion: 1,
    model: {
      path: 'models/kws.onnx',
      format: 'tflite',
      bytes: 53_936,
      sha256: 'a'.repeat(64),
      parameters: 22_604,
      macs: 2_656_768,
      operators: 13,
    },
    target: { id: 'arduino-nano-33-ble/tflm', board: 'arduino-nano-33-ble', runtime: 'tflm' },
    artifact: { format: 'tflite', bytes: 53_936, sha256: 'b'.repeat(64), recipe: 'none' },
    deployable: true,
    peakRam: exact(60.1 * KiB, 'greedy planner of TensorFlow Lite Micro'),
    flash: modelled(120 * KiB, 'B', 0.03, 'artifact and the code of its operators'),
    dataMemory: null,
    weightMemory: null,
    latency: modelled(18.2, 'ms', 0.1, 'cycles per operator at 64 MHz'),
    energy: modelled(0.42, 'mJ', 0.2, 'active power × latency'),
    accuracy: { value: 0.913, unit: 'ratio', basis: 'measured', source: 'top-1 on data/kws-test.npz, 1000 samples' },
    accelerated: null,
    acceleration: null,
    averagePower: null,
    duty: null,
    batteryLife: null,
    unavailable: { accelerated: 'tflm on this board gives nothing to an accelerator' },
    memory: null,
    parts: { peakRam: [], flash: [] },
    layers: [],
    findings: [],
    ...overrides,
  };
}

export function budget(metric: BudgetMetric, limit: Limit, overrides: Partial<Budget> = {}): Budget {
  return { metric, limit, level: 'error', origin: 'edge-ready.yml:12', rule: 'base', line: 12, ...overrides };
}

/** A comparison as `buildComparison` makes it, of two measurements that the test varies, and whose layers follow each other. */
export function comparison(overrides: Partial<ComparisonInput> = {}): Comparison {
  const input: ComparisonInput = {
    change: { path: 'models/kws.onnx', state: 'compared' },
    target: { name: 'nano33', id: 'arduino-nano-33-ble/tflm' },
    base: { measurement: measurement() },
    head: { measurement: measurement() },
    budgets: [],
    saving: null,
    problems: [],
    ...overrides,
  };
  return buildComparison({ ...input, base: withGraphs(input.base), head: withGraphs(input.head) });
}

function withGraphs(side: ComparisonInput['base']): ComparisonInput['base'] {
  return side === null ? null : { graphs: layerGraphs(side.measurement), ...side };
}

/** A report of comparisons, its verdict the worst of theirs. */
export function report(comparisons: readonly Comparison[], overrides: Partial<GateReport> = {}): GateReport {
  return {
    schemaVersion: 1,
    gate: '1.0.0',
    base: { sha: '1'.repeat(40), label: 'main' },
    head: { sha: '2'.repeat(40), label: 'pull request' },
    targets: [...new Set(comparisons.map(({ target }) => target))],
    comparisons: [...comparisons],
    schedules: [],
    notes: [],
    problems: [],
    configPath: 'edge-ready.yml',
    verdict: worstVerdict([...comparisons, ...(overrides.schedules ?? [])].map(({ verdict }) => verdict)),
    ...overrides,
  };
}

/** Nothing is known of what a schedule's tasks draw. */
const unpowered = { averagePower: null, duty: null, batteryLife: null, unavailable: {} };

/** A schedule of two models, of which the second is late because the first became slower; any part can be replaced. */
export function schedule(overrides: Partial<ScheduleResult> = {}): ScheduleResult {
  const state = (takes: number, response: number | null, meets: boolean) => ({
    takes: modelled(takes, 'ms', 0.1),
    response,
    meets,
  });
  const slow = 'models/kws.onnx';
  const urgent = 'models/gesture.onnx';
  return {
    target: 'nano33',
    targetId: 'arduino-nano-33-ble/tflm',
    policy: 'non-preemptive',
    arenas: 'separate',
    origin: 'edge-ready.yml:29',
    rule: 'base',
    line: 29,
    tasks: [
      {
        name: slow,
        model: slow,
        every: 100,
        deadline: 100,
        jitter: 0,
        base: state(10, 15, true),
        head: state(20, 25, true),
      },
      {
        name: urgent,
        model: urgent,
        every: 100,
        deadline: 20,
        jitter: 0,
        base: state(5, 15, true),
        head: state(5, 25, false),
      },
    ],
    base: { utilisation: 0.15, peakRam: exact(10 * KiB), flash: exact(100 * KiB), ...unpowered },
    head: { utilisation: 0.25, peakRam: exact(12 * KiB), flash: exact(110 * KiB), ...unpowered },
    judgements: [
      { about: 'deadline', task: slow, verdict: 'pass', message: `${slow} meets its deadline of 100 ms` },
      {
        about: 'deadline',
        task: urgent,
        verdict: 'fail',
        message: `${urgent} now misses its deadline of 20 ms`,
        caution: 'close',
      },
      { about: 'peak-ram', verdict: 'pass', message: 'peak RAM of all models 12 KiB ≤ 200 KiB of nano33' },
    ],
    problems: [],
    verdict: 'fail',
    ...overrides,
  };
}

/** A schedule that is kept. */
export function keptSchedule(overrides: Partial<ScheduleResult> = {}): ScheduleResult {
  const { judgements, ...late } = schedule();
  return { ...late, judgements: judgements.filter(({ verdict }) => verdict === 'pass'), verdict: 'pass', ...overrides };
}

/** The base of the regression below: three convolutions with the buffers that they keep alive. */
export function narrowModel(): Measurement {
  return convModel({ channels: 64, peak: 60.1 * KiB, flash: 120 * KiB, bytes: 53_936, latency: 18.2 });
}

/** The same model with `conv_3` widened from 64 to 96 channels. */
export function wideModel(): Measurement {
  return convModel({ channels: 96, peak: 71.2 * KiB, flash: 131 * KiB, bytes: 65_200, latency: 21.4 });
}

function convModel(size: {
  channels: number;
  peak: number;
  flash: number;
  bytes: number;
  latency: number;
}): Measurement {
  const buffer = (tensor: string, bytes: number, first: number, last: number) => ({
    tensor,
    offset: 0,
    bytes,
    first,
    last,
  });
  const wide = 8 * 8 * size.channels * 5;
  const plan = [
    buffer('conv_1', 20_000, 0, 1),
    buffer('conv_2', 24_000, 1, 2),
    buffer('conv_3', wide, 2, 3),
    buffer('softmax', 12, 3, 3),
  ];
  const alive = (index: number) =>
    plan.filter(({ first, last }) => first <= index && index <= last).reduce((sum, { bytes }) => sum + bytes, 0);
  const part = (index: number, share: number) => ({ liveBytes: alive(index), latency: share, energy: share / 50 });
  return measurement({
    peakRam: exact(size.peak, 'greedy planner of TensorFlow Lite Micro'),
    flash: modelled(size.flash, 'B', 0.03, 'artifact and the code of its operators'),
    latency: modelled(size.latency, 'ms', 0.1, 'cycles per operator at 64 MHz'),
    energy: modelled(size.latency / 50, 'mJ', 0.2, 'active power × latency'),
    model: { ...measurement().model, sha256: size.channels.toString(16).padStart(64, '0') },
    artifact: { format: 'tflite', bytes: size.bytes, sha256: 'b'.repeat(64), recipe: 'none' },
    memory: { arenaUsed: 73_000, arenaRequired: 73_000, lowerBound: 54_720, buffers: plan },
    layers: layers(
      layer('conv_1', { ...part(0, 4), outputShape: [1, 16, 16, 64] }),
      layer('conv_2', { ...part(1, 6), outputShape: [1, 8, 8, 64] }),
      layer('conv_3', {
        ...part(2, size.channels / 10),
        outputShape: [1, 8, 8, size.channels],
        weightShape: [size.channels, 1, 1, 64],
        flash: size.channels * 300,
      }),
      layer('softmax', { ...part(3, 0.1), type: 'SOFTMAX', outputShape: [1, 12], flash: 0, macs: 0 }),
    ),
  });
}
