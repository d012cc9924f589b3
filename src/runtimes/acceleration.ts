import type { Acceleration, Layer, Measurement, Metric } from '../measurement/measurement.ts';
import type { Target } from '../targets/target.ts';

/** The part of a Measurement that is about the accelerator. */
export interface Accelerated {
  readonly acceleration: Acceleration | null;
  readonly accelerated: Metric | null;
  /** Why there is none, else empty. */
  readonly unavailable: Pick<Measurement['unavailable'], 'accelerated'>;
}

/**
 * How much of a model the accelerator of its target runs, by what its layers say runs them; `placedBy` names the compiler that decided it, where it ran.
 * A model without multiply-accumulates is counted by its operators. `null` on a target that has no accelerator.
 */
export function accelerationOf(layers: readonly Layer[], target: Target, placedBy?: string): Accelerated {
  const unit = layers.find((layer) => layer.unit !== 'cpu')?.unit;
  const has = target.board.runtimes[target.runtime]?.accelerator !== undefined;
  if (unit === undefined && !has) {
    return without(`${target.runtime} on ${target.board.title} gives nothing to an accelerator`);
  }
  if (layers.length === 0) return without('what runs its operators is not known');
  const on = layers.filter((layer) => layer.unit !== 'cpu');
  const macs = shareOf(on, layers, (layer) => layer.macs);
  const operators = on.length / layers.length;
  const isTimed = layers.every(({ latency }) => latency !== null);
  const acceleration: Acceleration = {
    unit: unit === 'gpu' ? 'gpu' : 'npu',
    macs: macs ?? operators,
    time: isTimed ? (shareOf(on, layers, (layer) => layer.latency ?? 0) ?? null) : null,
    operators: on.length,
    of: layers.length,
  };
  const what = macs === undefined ? 'operators, as it has no multiply-accumulates' : 'multiply-accumulates';
  const by = placedBy === undefined ? '' : `; placed by ${placedBy}`;
  return {
    acceleration,
    accelerated: {
      value: acceleration.macs,
      unit: 'ratio',
      basis: placedBy === undefined ? 'modelled' : 'measured',
      source: `share of the ${what} on the ${acceleration.unit.toUpperCase()}${by}`.slice(0, 400),
    },
    unavailable: {},
  };
}

function without(reason: string): Accelerated {
  return { acceleration: null, accelerated: null, unavailable: { accelerated: reason.slice(0, 1000) } };
}

/** `undefined` when there is nothing to share. Sums of floating-point numbers may pass 1 by their last bit. */
function shareOf(some: readonly Layer[], all: readonly Layer[], amount: (layer: Layer) => number): number | undefined {
  const sum = (layers: readonly Layer[]) => layers.reduce((total, layer) => total + amount(layer), 0);
  const total = sum(all);
  return total === 0 ? undefined : Math.min(1, sum(some) / total);
}
