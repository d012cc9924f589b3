import type { Graph } from '../graph/graph.ts';
import type { Layer, Measurement } from '../measurement/measurement.ts';

/** A model as it was committed and as it was compiled, shapes inferred; a layer's index is that of an operator of `artifact`. */
export interface ModelGraphs {
  readonly source: Graph;
  readonly artifact: Graph;
}

/** A model of a comparison, and what was measured of it. */
export interface DiffSide extends ModelGraphs {
  readonly measurement: Measurement;
  /** True where its weights stand for none, as those of a reference network do. */
  readonly structureOnly?: boolean;
}

/** A layer, and the row that it is told under. */
export interface PlacedLayer {
  readonly layer: Layer;
  readonly row: number | undefined;
}

/** The layers of both sides with their rows. */
export interface PlacedSides {
  readonly base: readonly PlacedLayer[];
  readonly head: readonly PlacedLayer[];
}
