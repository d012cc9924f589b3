import { readReport } from '../tools/compiled.ts';
import { failureOf } from '../tools/refused.ts';
import { iniNames, type NpuConfiguration, velaIni } from './configuration.ts';
import { vela } from './vela.ts';
import {
  parseVelaLayers,
  parseVelaRefusals,
  parseVelaSummary,
  type VelaLayer,
  type VelaRefusal,
  type VelaSummary,
} from './vela-report.ts';

/** What Vela made of a model and says of it, or why it did not. */
export type VelaRun =
  | {
      readonly status: 'compiled';
      readonly version: string;
      readonly bytes: Uint8Array;
      readonly summary: VelaSummary;
      readonly layers: readonly VelaLayer[];
      readonly refusals: readonly VelaRefusal[];
    }
  /** Vela ran and gave no model; `reason` is a sentence of its own words. */
  | { readonly status: 'refused'; readonly reason: string }
  | { readonly status: 'missing'; readonly reason: string };

/** Compiling the largest of 154 models takes Vela seconds. */
const timeLimit = 5 * 60_000;

/** Compiles a `.tflite` for an NPU. @throws UserError when Vela leaves a report that cannot be read. */
export async function runVela(model: Uint8Array, configuration: NpuConfiguration): Promise<VelaRun> {
  const run = await vela.run({
    arguments: [
      'model.tflite',
      '--accelerator-config',
      configuration.accelerator,
      '--config',
      './board.ini',
      '--system-config',
      iniNames.system,
      '--memory-mode',
      iniNames.memory,
      '--output-dir',
      'out',
      '--verbose-performance',
    ],
    files: { 'model.tflite': model, 'board.ini': new TextEncoder().encode(velaIni(configuration)) },
    expects: [
      { key: 'model', path: 'out/model_vela.tflite' },
      { key: 'summary', path: /^out\/model_summary_.*\.csv$/ },
      { key: 'layers', path: 'out/model_per-layer.csv' },
    ],
    timeLimit,
  });
  switch (run.status) {
    case 'not-found':
      return { status: 'missing', reason: run.reason };
    case 'timed-out':
      return { status: 'refused', reason: `It did not end within ${timeLimit / 60_000} minutes.` };
    case 'failed':
      return { status: 'refused', reason: failureOf(run) };
    case 'done': {
      const text = (key: string): string => new TextDecoder().decode(run.files.get(key));
      return readReport(`Vela ${run.version}`, () => ({
        status: 'compiled',
        version: run.version,
        bytes: run.files.get('model') ?? new Uint8Array(),
        summary: parseVelaSummary(text('summary')),
        layers: parseVelaLayers(text('layers')),
        refusals: parseVelaRefusals(run.stdout),
      }));
    }
  }
}
