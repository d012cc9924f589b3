import type { SavingStep } from '../judge/comparison.ts';
import type { Measurement } from '../measurement/measurement.ts';
import { losslessPasses } from '../optimize/lossless.ts';
import { isFinal, type Model, type Optimized } from '../optimize/model.ts';
import { optimize } from '../optimize/optimize.ts';
import { lossless } from '../optimize/recipe.ts';
import type { Target } from '../targets/target.ts';
import { type Measured, type MeasureOptions, measureOptimized } from './measure.ts';

/** What a model that ships as committed would gain without losing anything. */
export interface MeasuredSaving extends Measured {
  /** What each pass brings when it joins those before it; together the whole difference. */
  readonly steps: readonly SavingStep[];
}

const savable = ['peakRam', 'flash', 'latency'] as const;

/** What the lossless optimisation of a model that ships as committed would save, or `undefined` when nothing would get smaller. */
export async function measureSaving(
  model: Model,
  asCommitted: Measured,
  target: Target,
  options: Pick<MeasureOptions, 'dimensions'>,
): Promise<MeasuredSaving | undefined> {
  if (isFinal(model)) return undefined;
  const passes = losslessPasses(model.graph, target);
  const madeWhole = await optimizedBy(passes);
  const whole = await measureOptimized(model, madeWhole, target, options);
  if (!savable.some((metric) => changeOf(metric, asCommitted.measurement, whole.measurement) < 0)) return undefined;

  const steps: SavingStep[] = [];
  let before: Pick<Measured, 'measurement'> = asCommitted;
  let bytes = model.bytes;
  // Without any pass the file is still written anew, without the gaps that other tools leave in it.
  for (const [index, pass] of ['rewrite-file', ...passes].entries()) {
    const made = index === passes.length ? madeWhole : await optimizedBy(passes.slice(0, index));
    // Most passes find nothing to do in most models, and the same bytes are measured the same.
    const isSame = Buffer.compare(made.artifact.bytes, bytes) === 0;
    const after = isSame ? before : made === madeWhole ? whole : await measureOptimized(model, made, target, options);
    const changes = savable.flatMap((metric) => {
      const change = changeOf(metric, before.measurement, after.measurement);
      return change === 0 ? [] : [[metric, change] as const];
    });
    if (changes.length > 0) steps.push({ pass, ...Object.fromEntries(changes) });
    before = after;
    bytes = made.artifact.bytes;
  }
  return { ...whole, steps };

  function optimizedBy(only: readonly string[]): Promise<Optimized> {
    return optimize(model, { ...lossless, passes: only }, target, options);
  }
}

function changeOf(metric: (typeof savable)[number], before: Measurement, after: Measurement): number {
  return (after[metric]?.value ?? 0) - (before[metric]?.value ?? 0);
}
