import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readTflite } from '../../src/formats/tflite/read.ts';
import type { Graph } from '../../src/graph/graph.ts';
import type { CostCounts } from '../../src/runtimes/roofline/time.ts';
import { familyOf, networks } from '../architectures/networks.ts';
import { referenceDirectory } from '../reference.ts';
import { graphCounts, referenceGraphs } from './graph-work.ts';
import { type NcnnWork, ncnnWork } from './ncnn.ts';
import { type PublishedSet, published } from './published.ts';

export type Precision = 'float32' | 'float16' | 'int8';

/** A measured run of a network on a core. */
export interface Run {
  readonly label: string;
  readonly family: string;
  readonly core: string;
  readonly device: string;
  readonly runtime: string;
  readonly counts: CostCounts;
  /** What ncnn does otherwise than the operators say; absent for other libraries. */
  readonly ncnn?: NcnnWork;
  readonly clockHz: number;
  readonly threads: number;
  readonly milliseconds: number;
}

/** Cores that multiply 8-bit integers by fours. */
const withDotProduct = ['cortex-a55', 'cortex-a76', 'cortex-a78ae', 'carmel'];

/** The published runs of a precision that are fitted. */
export function publishedRuns(precision: Precision): readonly Run[] {
  return published
    .filter((set) => set.precision === precision)
    .filter((set) => ['ncnn', 'XNNPACK', 'LiteRT'].includes(set.runtime))
    .flatMap(runsOf);
}

/** The networks of a set. */
export function runsOf(set: PublishedSet): readonly Run[] {
  const { core, device, runtime, precision, threads } = set;
  return Object.entries(set.milliseconds).map(([network, milliseconds]) => {
    const make = networks[network];
    if (make === undefined) throw new RangeError(`there is no network ${network}`);
    const graph = make(precision);
    return {
      label: network,
      family: familyOf(network),
      core,
      device,
      runtime,
      counts: graphCounts(graph),
      ...(runtime === 'ncnn' ? { ncnn: ncnnWork(graph, precision, withDotProduct.includes(core)) } : {}),
      clockHz: set.clockMhz * 1e6,
      threads,
      milliseconds,
    };
  });
}

/** MLPerf Tiny's networks on a Raspberry Pi 4, compiled by LEIP 1.9.3. */
export function leipRuns(precision: 'float32' | 'int8'): readonly Run[] {
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
        core: 'cortex-a72',
        device: 'Raspberry Pi 4 B',
        runtime: 'LEIP',
        counts: graphCounts(graph),
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
export function stm32mp1Runs(): readonly Run[] {
  const graphs = referenceGraphs();
  const seen = new Set<number>();
  return measurements().flatMap((row) => {
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
        family: stFamily(row.model),
        core: 'cortex-a7',
        device: 'STM32MP157F-DK2',
        runtime: 'LiteRT',
        counts: graphCounts(graph),
        clockHz: 800e6,
        threads: 2,
        milliseconds: row.latency_ms,
      },
    ];
  });
}

/** The family of a model of the STM32 zoo, by the names of other boards' networks where these are the same; detectors are of their backbone's. */
function stFamily(model: string): string {
  const name = model
    .replace(/^ST /, '')
    .replace(/^SSD /i, '')
    .replace(/[ \d._].*$/, '')
    .toLowerCase();
  const version = /v(\d)/.exec(model)?.[1] ?? '';
  return /mobilenet/.test(name) ? `mobilenet${version}` : name === 'tiny' ? `yolo${version}` : name;
}
