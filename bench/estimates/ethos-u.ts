import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { inferShapes } from '../../src/graph/infer-shapes.ts';
import { openModel } from '../../src/measuring/measure.ts';
import { type NpuConfiguration, npuConfiguration } from '../../src/runtimes/ethos-u/configuration.ts';
import type { NpuFacts } from '../../src/runtimes/ethos-u/facts.ts';
import { modelledFacts } from '../../src/runtimes/ethos-u/model/modelled-facts.ts';
import { modelRefusal } from '../../src/runtimes/ethos-u/support/placements.ts';
import { referenceDirectory as reference } from '../reference.ts';
import { type EstimateRow, estimateRow } from './row.ts';

/** What Vela said of a model in one configuration: a row of the reference's vela.json. */
interface VelaRow {
  readonly error?: string;
  readonly cpu_ops?: number;
  readonly cpu_op_types?: readonly string[];
  readonly npu_ops?: number;
  readonly cycles_total?: number;
  readonly sram_memory_used?: number;
  readonly compiled_bytes?: number;
}

/** One model in one configuration: Vela and our model of it. */
export interface Compared {
  readonly model: string;
  readonly accelerator: string;
  /** Of the half of the models that our model was not developed on. */
  readonly isHeldOut: boolean;
  readonly samePlacement: boolean;
  readonly vela: VelaRow;
  readonly ours: NpuFacts;
}

/** Every model of vela.json in every configuration. */
export function compareWithVela(): readonly Compared[] {
  const file = path.join(reference, 'vela.json');
  if (!existsSync(file)) return [];
  const { models } = JSON.parse(readFileSync(file, 'utf8')) as {
    models: Record<string, Record<string, VelaRow>>;
  };
  return Object.entries(models).flatMap(([model, rows]) => {
    const bytes = readFileSync(path.join(reference, 'models', model));
    const graph = inferShapes(openModel(bytes, model).graph);
    const isHeldOut = (createHash('sha256').update(bytes).digest()[0] ?? 0) % 2 === 1;
    return Object.entries(rows).map(([name, vela]): Compared => {
      const configuration: NpuConfiguration = npuConfiguration(name.split(' ')[0] ?? '');
      const ours = modelledFacts(graph, configuration);
      const refused = modelRefusal(graph, configuration.family) !== undefined;
      const cpu = graph.operators.filter((_, index) => ours.operators[index]?.unit === 'cpu');
      const samePlacement = vela.error === undefined ? !refused && cpu.length === vela.cpu_ops : refused;
      return { model, accelerator: configuration.accelerator, isHeldOut, samePlacement, vela, ours };
    });
  });
}

/** Published runs whose model is among the reference models: id in measurements.json, the model, the accelerator and its clock. 1 kHz makes milliseconds of a run that was told in cycles. Without 545: the NPU's commands that were published with it (renesas/ruhmi-model-zoo) are of a residual network with 26, 52 and 104 filters, not 16, 32 and 64. */
const published = [
  {
    id: 529,
    model: 'keyword_spotting/trained_models/kws_ref_model.tflite',
    accelerator: 'ethos-u55-256',
    clockHz: 500e6,
  },
  { id: 1488, model: '2sort/rnnoise_INT8.tflite', accelerator: 'ethos-u55-128', clockHz: 1e3 },
] as const;

interface Run {
  readonly id: number;
  readonly latency_ms?: number;
  readonly cycles?: number;
}

/** Vela, and our model of it, against what devices and Arm's fast model took. */
function publishedRows(all: readonly Compared[]): readonly EstimateRow[] {
  const file = path.join(reference, 'measurements.json');
  const runs = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as readonly Run[]) : [];
  const pairs = published.flatMap(({ id, model, accelerator, clockHz }) => {
    const run = runs.find((each) => each.id === id);
    const compared = all.find((each) => each.model.endsWith(model) && each.accelerator === accelerator);
    const measured = run?.latency_ms ?? run?.cycles;
    if (measured === undefined || compared === undefined) return [];
    const milliseconds = (cycles: number): number => (cycles * 1e3) / clockHz;
    return [
      { measured, ours: milliseconds(compared.ours.cycles), vela: milliseconds(compared.vela.cycles_total ?? 0) },
    ];
  });
  const about = { runtime: 'ethos-u', board: 'ek-ra8p1, corstone-300', metric: 'latency' } as const;
  return [
    estimateRow(
      { ...about, how: 'our model of Vela, nothing fitted to runs' },
      pairs.map(({ ours, measured }) => ({ estimate: ours, measured })),
    ),
    estimateRow(
      {
        ...about,
        how: "Vela 5.2.0's own estimate; the runs are of RUHMI and of Arm's fast model, which may have compiled other commands",
      },
      pairs.map(({ vela, measured }) => ({ estimate: vela, measured })),
    ),
  ];
}

/** SRAM that any board of such an NPU notices; what a single layer stages is less. */
const leastKibibytes = 4;

/** Mean error of SRAM of that much on the half of the models that ours was developed on, as the cut was made when the errors of all were known. */
function developedError(own: readonly Compared[]): string {
  const errors = own.flatMap(({ isHeldOut, ours, vela: { sram_memory_used: used = 0 } }) =>
    isHeldOut || used < leastKibibytes ? [] : [Math.abs(ours.sramBytes / (used * 1024) - 1)],
  );
  return `${((100 * errors.reduce((sum, error) => sum + error, 0)) / Math.max(1, errors.length)).toFixed(1)} %`;
}

/** How far off our SRAM is on average: a few hundred bytes are much of what a single layer stages, and little of what there is. */
function kibibytesOff(all: readonly Compared[]): string {
  const errors = all.flatMap(({ ours, vela: { sram_memory_used: used } }) =>
    used === undefined || used === 0 ? [] : [Math.abs(ours.sramBytes / 1024 - used)],
  );
  return (errors.reduce((sum, error) => sum + error, 0) / Math.max(1, errors.length)).toFixed(1);
}

/** Placement, cycles, SRAM and file size against Vela 5.2.0, on the half of the models that our model was not developed on. */
export async function ethosU(): Promise<readonly EstimateRow[]> {
  const all = compareWithVela();
  const accelerators = [...new Set(all.map(({ accelerator }) => accelerator))];
  const againstVela = accelerators.flatMap((board) => {
    const own = all.filter(({ accelerator }) => accelerator === board);
    const heldOut = own.filter(({ isHeldOut, vela }) => isHeldOut && (vela.npu_ops ?? 0) > 0);
    const row = (
      metric: EstimateRow['metric'],
      how: string,
      pair: (compared: Compared) => readonly [number, number | undefined],
    ): EstimateRow =>
      estimateRow(
        { runtime: 'ethos-u', board, metric, how },
        heldOut.flatMap((compared) => {
          const [estimate, measured] = pair(compared);
          return measured === undefined || measured === 0 ? [] : [{ estimate, measured }];
        }),
      );
    const same = own.filter(({ samePlacement }) => samePlacement).length;
    const how = 'against Vela 5.2.0, models it was not developed on (half, by hash), with something on the NPU';
    return [
      {
        ...estimateRow(
          {
            runtime: 'ethos-u',
            board,
            metric: 'placement',
            how: `the same operators on the NPU as Vela 5.2.0 in ${same} of ${own.length} models`,
          },
          own.map(({ samePlacement }) => ({ estimate: samePlacement ? 1 : 0, measured: 1 })),
        ),
      },
      row('cycles', how, ({ ours, vela }) => [ours.cycles, vela.cycles_total]),
      row('peakRam', `SRAM ${how}; ${kibibytesOff(heldOut)} KiB off on average`, ({ ours, vela }) => [
        ours.sramBytes,
        vela.sram_memory_used === undefined ? undefined : vela.sram_memory_used * 1024,
      ]),
      row(
        'peakRam',
        `SRAM as above, of ${leastKibibytes} KiB and more; such models of the other half are ${developedError(own)} off`,
        ({ ours, vela: { sram_memory_used: used = 0 } }) => [
          ours.sramBytes,
          used < leastKibibytes ? undefined : used * 1024,
        ],
      ),
      row('flash', `the compiled file ${how}`, ({ ours, vela }) => [ours.fileBytes, vela.compiled_bytes]),
    ];
  });
  return [...againstVela, ...publishedRows(all)];
}
