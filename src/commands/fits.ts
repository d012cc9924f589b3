import { formatPercent } from '../basics/format.ts';
import type { Measurement } from '../measurement/measurement.ts';
import { measureModel } from '../measuring/measure.ts';
import type { Model } from '../optimize/model.ts';
import { automatic } from '../optimize/recipe.ts';
import { valueWords } from '../report/change-words.ts';
import { jsonText } from '../report/json-text.ts';
import type { TextOptions } from '../report/look.ts';
import { textTable } from '../report/text-table.ts';
import { wrapLine } from '../report/wrap.ts';
import { loadBoards, resolveTarget } from '../targets/load.ts';
import type { Target } from '../targets/target.ts';
import { openModelFile } from './model-file.ts';
import type { Output } from './output.ts';
import { openProgress } from './progress.ts';

/** A target on which a model runs, and the shares of RAM and flash that it leaves free; `null` where it is not known. */
interface Fitting {
  readonly target: string;
  readonly freeRam: number | null;
  readonly freeFlash: number | null;
  readonly measurement: Measurement;
}

/**
 * `edge-ready targets --fits MODEL`: the boards and runtimes that run a model, with what they have left, the quickest first. All of them are
 * estimated, so that they can be compared; with `compile` the compilers that there are say what they make of it, which takes a minute.
 */
export async function fitsCommand(
  file: string,
  options: { readonly json?: true; readonly compile?: true },
  output: Output,
): Promise<void> {
  const model = openModelFile(file);
  const targets = [...loadBoards().values()].flatMap((board) =>
    Object.keys(board.runtimes).map((runtime) => resolveTarget(`${board.id}/${runtime}`)),
  );
  const fitting: Fitting[] = [];
  const progress = openProgress(output);
  for (const [index, target] of targets.entries()) {
    progress.step(target.id, index, targets.length);
    fitting.push(...(await fittingOf(model, target, options.compile !== true)));
  }
  progress.end();
  fitting.sort((one, other) => latencyOf(one) - latencyOf(other) || (one.target < other.target ? -1 : 1));
  if (options.json)
    output.result(
      jsonText(
        fitting.map(({ measurement: { peakRam, flash, latency, energy }, ...rest }) => ({
          ...rest,
          peakRam,
          flash,
          latency,
          energy,
        })),
      ),
    );
  else output.result(fittingText(fitting, targets.length, output.resultOptions ?? {}));
}

/** One entry, or none where the runtime refuses the model or the board can't hold it. */
async function fittingOf(model: Model, target: Target, estimateOnly: boolean): Promise<readonly Fitting[]> {
  const { measurement } = await measureModel(model, target, { recipe: automatic, estimateOnly });
  if (!measurement.deployable) return [];
  const free = (metric: 'peakRam' | 'flash', there: number) => {
    const value = measurement[metric]?.value;
    return value === undefined ? null : 1 - value / there;
  };
  return [
    {
      target: target.id,
      freeRam: free('peakRam', target.ramBytes),
      freeFlash: free('flash', target.flashBytes),
      measurement,
    },
  ];
}

function latencyOf({ measurement }: Fitting): number {
  return measurement.latency?.value ?? Number.POSITIVE_INFINITY;
}

function fittingText(fitting: readonly Fitting[], all: number, options: TextOptions): string {
  const right = { align: 'right' } as const;
  const value = (measurement: Measurement, name: 'peakRam' | 'flash' | 'latency' | 'energy') => {
    const metric = measurement[name];
    return metric === null ? '–' : valueWords(metric, name);
  };
  const share = (free: number | null) => (free === null ? '–' : formatPercent(free));
  const table = textTable(
    [
      { title: 'target', flexible: true },
      { title: 'latency', ...right },
      { title: 'energy', ...right, optional: 1 },
      { title: 'peak RAM', ...right },
      { title: 'free', ...right },
      { title: 'flash', ...right },
      { title: 'free', ...right },
    ],
    fitting.map(({ target, measurement, freeRam, freeFlash }) => [
      target,
      value(measurement, 'latency'),
      value(measurement, 'energy'),
      value(measurement, 'peakRam'),
      share(freeRam),
      value(measurement, 'flash'),
      share(freeFlash),
    ]),
    options,
  );
  const others = all - fitting.length;
  const rest = `${others} of ${all} targets do not run it or have no room for it; edge-ready measure MODEL --target T says why.`;
  return `${fitting.length === 0 ? 'It runs on none of them.' : table}\n\n${wrapLine(rest, options)}\n`;
}
