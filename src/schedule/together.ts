import type { Measurement, Metric, Part } from '../measurement/measurement.ts';
import { totalBytes } from '../runtimes/estimate/total-bytes.ts';
import { runtimeOf } from '../runtimes/registry.ts';
import type { Target } from '../targets/target.ts';
import type { ArenaUse } from './task.ts';

/** How models share one device. */
export interface Sharing {
  readonly arenas: ArenaUse;
  /** True where no inference is interrupted: one stack is then enough for all. */
  readonly inTurn: boolean;
}

/**
 * RAM of several models in one firmware: what each has for itself, the runtime once, the stack once where inferences run in turn, and the largest arena where they share one.
 * `null` where a model's own is not known. TensorFlow Lite Micro shares what an inference uses and keeps what outlives it (one `MicroAllocator` for several interpreters),
 * ONNX Runtime an environment's allocator, X-CUBE-AI the activation buffer.
 */
export function ramTogether(models: readonly Measurement[], { arenas, inTurn }: Sharing, target: Target) {
  const canShare = models.some(({ parts }) => parts.peakRam.some(({ shared }) => shared === 'arena'));
  const kinds = [
    'runtime' as const,
    ...(inTurn ? ['stack' as const] : []),
    ...(arenas === 'shared' ? ['arena' as const] : []),
  ];
  const words =
    arenas === 'separate'
      ? 'each model with an arena of its own'
      : canShare
        ? 'one arena for all models, as large as the largest needs'
        : `each model with an arena of its own, as ${runtimeOf(target.runtime).title} has none that models share`;
  return together(models, 'peakRam', kinds, `the peaks of all models, what they share counted once; ${words}`, target);
}

/** Flash of several models in one firmware: each model, and once the code that several need. `null` where a model's own is not known. */
export function flashTogether(models: readonly Measurement[], target: Target): Metric | null {
  return together(models, 'flash', ['runtime'], 'all models, and the code of the runtime once', target);
}

function together(
  models: readonly Measurement[],
  name: 'peakRam' | 'flash',
  kinds: readonly NonNullable<Part['shared']>[],
  source: string,
  target: Target,
): Metric | null {
  const metrics = models.flatMap((model) => model[name] ?? []);
  if (metrics.length < models.length) return null;
  const isCommon = ({ shared }: Part) => shared !== undefined && kinds.includes(shared);
  const own = models.reduce(
    (sum, model) => sum + Math.max(0, (model[name]?.value ?? 0) - totalBytes(model.parts[name].filter(isCommon))),
    0,
  );
  const common = kinds.reduce((sum, kind) => sum + commonBytes(models, name, kind, target), 0);
  const apart = metrics.reduce((sum, { value }) => sum + value, 0);
  // What the estimates are off by may go the same way in all of them.
  const uncertain = metrics.reduce((sum, { value, error = 0 }) => sum + value * error, 0);
  const basis = metrics.every((metric) => metric.basis === 'exact')
    ? 'exact'
    : metrics.every((metric) => metric.basis === 'measured') && models.length === 1
      ? 'measured'
      : 'modelled';
  return {
    value: own + common,
    unit: 'B',
    basis,
    ...(uncertain === 0 ? {} : { error: Number((uncertain / apart).toPrecision(3)) }),
    source,
  };
}

function commonBytes(
  models: readonly Measurement[],
  name: 'peakRam' | 'flash',
  kind: NonNullable<Part['shared']>,
  target: Target,
): number {
  const parts = models.map((model) => model.parts[name].filter(({ shared }) => shared === kind));
  if (kind !== 'runtime') return Math.max(0, ...parts.map(totalBytes));
  const { linkTogether } = runtimeOf(target.runtime);
  if (name === 'flash' && linkTogether !== undefined) return totalBytes(linkTogether(parts, target));
  const largest = new Map<string, number>();
  for (const part of parts.flat()) largest.set(part.name, Math.max(part.bytes, largest.get(part.name) ?? 0));
  return [...largest.values()].reduce((sum, bytes) => sum + bytes, 0);
}
