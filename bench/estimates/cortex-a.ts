/** Latency of application cores against published runs, fitted without the family that is predicted: `node scripts/run-ts.mjs bench/estimates/cortex-a.ts`. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readTflite } from '../../src/formats/tflite/read.ts';
import type { Graph } from '../../src/graph/graph.ts';
import { operatorMacs } from '../../src/graph/macs.ts';
import type { CostCounts } from '../../src/runtimes/roofline/time.ts';
import { familyOf, networks } from '../architectures/networks.ts';
import { referenceDirectory } from '../reference.ts';
import { crossValidate, type FitRow } from './fit.ts';
import { graphCounts, referenceGraphs } from './graph-work.ts';
import { published } from './published.ts';
import { type EstimateRow, estimateRow } from './row.ts';
import { threadSpeedup } from './thread-speedup.ts';

type Term = keyof CostCounts;

const float: readonly Term[] = [
  'cyclesPerConvolutionMac',
  'cyclesPerDepthwiseMac',
  'cyclesPerOutput',
  'cyclesPerElement',
  'cyclesPerWeightByte',
];

/** What is fitted for each precision. */
const terms: Readonly<Record<'float32' | 'float16' | 'int8', readonly Term[]>> = {
  float32: float,
  float16: float,
  int8: ['cyclesPerConvolutionMac', 'cyclesPerDepthwiseMac', 'cyclesPerDataByte', 'cyclesPerWeightByte'],
};

/** Not fitted: large networks tell nothing of it, and the smallest measured (anomaly detection of MLPerf Tiny, ten dense layers in 0.17 ms on a Raspberry Pi 4) bound it. */
const launchMilliseconds = 0.005;

const cores = [
  'cortex-a7',
  'cortex-a53',
  'cortex-a55',
  'cortex-a57',
  'cortex-a72',
  'cortex-a73',
  'cortex-a76',
  'cortex-a78ae',
  'carmel',
];

/** A measured run of a network on a core. */
interface Run {
  readonly label: string;
  readonly family: string;
  readonly device: string;
  readonly runtime: string;
  readonly counts: CostCounts;
  /** Of the multiply-accumulates of convolutions, those that the library may do with Winograd's algorithm: ncnn does in floating point, LiteRT and ONNX Runtime do not; its integers are too few runs to tell. */
  readonly winogradMacs: number;
  readonly clockHz: number;
  readonly threads: number;
  readonly milliseconds: number;
}

/** Multiply-accumulates of 3 by 3 convolutions with stride 1 over at least 16 channels. ncnn uses Winograd's algorithm from 8 channels on (Tencent/ncnn a4d2ea1 src/layer/arm/convolution_arm.cpp); the layers between are few. */
function winogradMacs(graph: Graph): number {
  return graph.operators.reduce((sum, operator) => {
    if (operator.type !== 'CONV_2D') return sum;
    const [input, weights, output] = [operator.inputs[0], operator.inputs[1], operator.outputs[0]].map(
      (id) => graph.tensors[id ?? -1]?.shape as readonly number[] | undefined,
    );
    const isSquare = weights?.[1] === 3 && weights[2] === 3 && (weights[3] ?? 0) >= 16 && weights[3] === input?.[3];
    const isDense = Math.abs((input?.[1] ?? 0) - (output?.[1] ?? 0)) <= 2;
    return isSquare && isDense && (weights?.[0] ?? 0) >= 16 ? sum + operatorMacs(graph, operator) : sum;
  }, 0);
}

/** What one of each coefficient takes, in ms, with the threads of the run. */
function fitRow(run: Run, core: string, wanted: readonly Term[]): FitRow {
  const cycle = 1e3 / (run.clockHz * threadSpeedup(core, run.threads));
  return {
    label: `${run.device}, ${run.runtime}, ${run.label}`,
    family: run.family,
    counts: [
      ...wanted.map((term) => cycle * (run.counts[term] - (term === 'cyclesPerConvolutionMac' ? run.winogradMacs : 0))),
      run.winogradMacs * cycle,
    ],
    milliseconds: run.milliseconds - run.counts.launchMicroseconds * launchMilliseconds,
  };
}

function publishedRuns(core: string, precision: 'float32' | 'float16' | 'int8'): readonly Run[] {
  return published
    .filter((set) => set.core === core && set.precision === precision)
    .flatMap((set) =>
      Object.entries(set.milliseconds).flatMap(([network, milliseconds]) => {
        const make = networks[network];
        if (make === undefined) throw new RangeError(`there is no network ${network}`);
        const graph = make(precision);
        return [
          {
            label: network,
            family: familyOf(network),
            device: set.device,
            runtime: set.runtime,
            counts: graphCounts(graph),
            winogradMacs: set.runtime === 'ncnn' && precision !== 'int8' ? winogradMacs(graph) : 0,
            clockHz: set.clockMhz * 1e6,
            threads: set.threads,
            milliseconds,
          },
        ];
      }),
    );
}

/** Runs that only check what was derived: float32 of a core that was measured in float16. */
function otherRuns(core: string, precision: 'float32' | 'float16' | 'int8'): readonly Run[] {
  if (core !== 'cortex-a76' || precision !== 'float16') return [];
  // Half the time, as float32 is taken to cost twice of float16.
  return publishedRuns(core, 'float32').map((run) => ({ ...run, milliseconds: run.milliseconds / 2 }));
}

/** MLPerf Tiny's networks on a Raspberry Pi 4, compiled by LEIP 1.9.3. */
function leipRuns(precision: 'float32' | 'float16' | 'int8'): readonly Run[] {
  const models = path.join(referenceDirectory, 'models', 'mlcommons+tiny', 'benchmark', 'training');
  const files: Readonly<Record<string, string>> = {
    ad: 'anomaly_detection/trained_models/ad01_int8.tflite',
    ic: 'image_classification/trained_models/pretrainedResnet_quant.tflite',
    kws: 'keyword_spotting/trained_models/kws_ref_model.tflite',
    vww: 'visual_wake_words/trained_models/vww_96_int8.tflite',
  };
  return measurements().flatMap((row) => {
    const name = /^MLPerf Tiny (\w+) \w+_(fp32|int8)$/.exec(row.model);
    if (row.board !== 'Raspberry Pi 4B' || name === null || (name[2] === 'int8') !== (precision === 'int8')) return [];
    const file = path.join(models, files[name[1] ?? ''] ?? '');
    const integer = readTflite(readFileSync(file), file);
    const graph = precision === 'int8' ? integer : asFloat(integer);
    return [
      {
        label: row.model,
        family: `tiny-${name[1]}`,
        device: 'Raspberry Pi 4 B',
        runtime: 'LEIP',
        counts: graphCounts(graph),
        winogradMacs: 0,
        clockHz: 1500e6,
        threads: 4,
        milliseconds: row.latency_ms,
      },
    ];
  });
}

/** The same operators on 32-bit floats, without the constants' content. */
function asFloat(graph: Graph): Graph {
  const tensors = graph.tensors.map(({ name, shape, dtype }) => ({
    name,
    shape,
    dtype: dtype === 'int8' ? ('float32' as const) : dtype,
  }));
  return { ...graph, tensors, operators: graph.operators.filter(({ type }) => !/QUANTIZE/.test(type)) };
}

interface MeasuredRow {
  readonly board?: string;
  readonly model: string;
  readonly model_file?: string;
  readonly input_shape?: string;
  readonly latency_ms: number;
}

const measurements = (): readonly MeasuredRow[] =>
  JSON.parse(readFileSync(path.join(referenceDirectory, 'measurements.json'), 'utf8')) as readonly MeasuredRow[];

/** The runs of TensorFlow Lite 2.11 on an STM32MP157's two cores, by the operator lists of the models. */
function stm32mp1Runs(): readonly Run[] {
  const graphs = referenceGraphs();
  const rows = measurements();
  const seen = new Set<number>();
  return rows.flatMap((row) => {
    // The same measurement is listed by two repositories.
    if (row.board !== 'STM32MP157F-DK2' || seen.has(row.latency_ms)) return [];
    const tiny =
      row.model === 'tiny_yolo_v2' ? networks[`yolo2-tiny-${row.input_shape?.split('x')[0]}`]?.('int8') : undefined;
    const graph = graphs.get(row.model_file ?? '') ?? tiny;
    if (graph === undefined) return [];
    seen.add(row.latency_ms);
    return [
      {
        label: `${row.model} ${row.input_shape}`,
        family:
          row.model
            .replace(/^ST /, '')
            .replace(/[ \d.].*$/, '')
            .toLowerCase() + (/v(\d)/.exec(row.model)?.[1] ?? ''),
        device: 'STM32MP157F-DK2',
        runtime: 'LiteRT',
        counts: graphCounts(graph),
        winogradMacs: 0,
        clockHz: 800e6,
        threads: 2,
        milliseconds: row.latency_ms,
      },
    ];
  });
}

const deviceBoards: Readonly<Record<string, string>> = {
  'Raspberry Pi 3 B+': 'raspberry-pi-3',
  'Raspberry Pi Zero 2 W': 'raspberry-pi-zero-2-w',
  'Raspberry Pi 4 B': 'raspberry-pi-4',
  'Raspberry Pi 5': 'raspberry-pi-5',
  'STM32MP157F-DK2': 'stm32mp157f-dk2',
  SL1640: 'sl1640',
  SL1680: 'sl1680',
};

export async function cortexA(verbose = false): Promise<readonly EstimateRow[]> {
  return cores.flatMap((core) =>
    (['float32', 'float16', 'int8'] as const).flatMap((precision) => {
      const runs = [
        ...publishedRuns(core, precision),
        ...(core === 'cortex-a7' && precision === 'int8' ? stm32mp1Runs() : []),
      ];
      if (runs.length < 5) return [];
      const wanted = terms[precision];
      const fitted = crossValidate(runs.map((run) => fitRow(run, core, wanted)));
      const { coefficients } = fitted;
      const pairs = fitted.pairs.map((pair, index) => {
        const launches = (runs[index]?.counts.launchMicroseconds ?? 0) * launchMilliseconds;
        return { ...pair, estimate: pair.estimate + launches, measured: pair.measured + launches };
      });
      if (verbose) {
        const yaml = wanted.map((term, index) => `${term}: ${Number(coefficients[index]?.toPrecision(3))}`);
        console.log(`${core} ${precision}: ${yaml.join(', ')}`);
        for (const { label, estimate, measured } of pairs)
          console.log(
            `    ${label.padEnd(70)} ${measured.toFixed(2).padStart(9)} ms ${((estimate / measured - 1) * 100).toFixed(0).padStart(5)} %`,
          );
      }
      const check = [
        ...(core === 'cortex-a72' && precision !== 'float16' ? leipRuns(precision) : []),
        ...otherRuns(core, precision),
      ];
      const checked = check.map((run) => {
        const row = fitRow(run, core, wanted);
        const working = row.counts.reduce((sum, count, index) => sum + count * (coefficients[index] ?? 0), 0);
        return {
          label: row.label,
          estimate: working + run.milliseconds - row.milliseconds,
          measured: run.milliseconds,
        };
      });
      if (verbose)
        for (const { label, estimate, measured } of checked)
          console.log(
            `  not fitted ${label.padEnd(62)} ${measured.toFixed(2)} ms ${((estimate / measured - 1) * 100).toFixed(0)} %`,
          );
      const how = `${runs.length} runs of ${new Set(runs.map((run) => run.family)).size} families, ${precision}; fitted without the family`;
      const devices = [...new Set(runs.map((run) => `${run.device}, ${run.runtime}`))];
      const ofOthers =
        checked.length < 2
          ? []
          : [
              estimateRow(
                {
                  runtime: check[0]?.runtime ?? '',
                  board: deviceBoards[check[0]?.device ?? ''] ?? core,
                  metric: 'latency',
                  how: `${precision}, another library, not fitted at all`,
                },
                checked,
              ),
            ];
      return [
        ...ofOthers,
        estimateRow({ runtime: 'litert, onnxruntime', board: `${core} ${precision}`, metric: 'latency', how }, pairs),
        ...devices.flatMap((device) => {
          const own = pairs.filter(({ label }) => label.startsWith(`${device}, `));
          const [name = '', runtime = ''] = device.split(', ');
          const about = {
            runtime,
            board: deviceBoards[name] ?? name,
            metric: 'latency',
            how: `${precision}, of the row above`,
          } as const;
          return own.length < 2 || devices.length < 2 ? [] : [estimateRow(about, own)];
        }),
      ];
    }),
  );
}

if (process.argv[1]?.includes('cortex-a')) {
  const rows = await cortexA(true);
  for (const row of rows)
    console.log(
      `${row.runtime.padEnd(20)} ${row.board.padEnd(26)} N ${String(row.n).padStart(3)} mean ${(row.meanError * 100).toFixed(1)} median ${(row.medianError * 100).toFixed(1)} p90 ${(row.p90Error * 100).toFixed(0)} rank ${row.spearman.toFixed(3)}  ${row.how}`,
    );
}
