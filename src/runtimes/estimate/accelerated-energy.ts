import type { Layer, Metric } from '../../measurement/measurement.ts';
import type { Board } from '../../targets/board.ts';
import { unknownAcceleratorPower } from '../../targets/missing-power.ts';
import { isStated } from '../../targets/other-conditions.ts';
import { energyOf, whyNoEnergy } from './latency-and-energy.ts';

/** The energy of a model of which an accelerator runs a part, and of its layers. */
export interface AcceleratedEnergy {
  readonly energy: Metric | null;
  readonly layers: readonly Layer[];
  /** Why there is no energy, else empty. */
  readonly unavailable: { readonly energy?: string };
}

/**
 * Energy on a board whose file says what its CPU takes: while the accelerator works the CPU waits, so that its power says nothing of it. Where the accelerator runs a layer,
 * energy is known by its owner's figure alone, which is of the whole device; the layers on the CPU have theirs.
 */
export function acceleratedEnergy(
  latency: Metric | null,
  layers: readonly Layer[],
  board: Board,
  runtimeId: string,
): AcceleratedEnergy {
  if (isStated(board.power.activeMilliwatts) || layers.every(({ unit }) => unit === 'cpu')) {
    const energy = energyOf(latency, board, runtimeId);
    return { energy, layers, unavailable: energy === null ? { energy: whyNoEnergy(latency, board) } : {} };
  }
  const why =
    latency === null ? whyNoEnergy(null, board) : `Energy is not known, as ${unknownAcceleratorPower(board)}.`;
  return {
    energy: null,
    layers: layers.map((layer) => (layer.unit === 'cpu' ? layer : { ...layer, energy: null })),
    unavailable: { energy: why },
  };
}
