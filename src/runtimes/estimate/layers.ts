import { tensorBytes } from '../../graph/access.ts';
import type { Graph, Operator, TensorId } from '../../graph/graph.ts';
import { layerFacts } from '../../graph/layer-facts.ts';
import { operatorMacs } from '../../graph/macs.ts';
import type { Layer } from '../../measurement/measurement.ts';
import type { Board } from '../../targets/board.ts';

/** Layers that a Measurement can hold. */
const layersLimit = 100_000;

/** What is known of one operator besides its graph. */
export interface LayerCost {
  /** `undefined` where the unit's speed is not known. */
  readonly milliseconds: number | undefined;
  readonly unit: Layer['unit'];
  readonly liveBytes: number;
  readonly instructions?: number | undefined;
  /** Bytes in flash, where they are not those of the constants that no operator before it reads. */
  readonly flash?: number;
}

/** Layers of all operators of a graph, with what each costs; constants count where they are first read. `index` gives an operator's place in the artifact, where that is another. */
export function costedLayers(
  graph: Graph,
  board: Board,
  costs: readonly LayerCost[],
  index: (position: number) => number = (position) => position,
): readonly Layer[] {
  const counted = new Set<TensorId>();
  const milliwatts = board.power.activeMilliwatts?.value;
  return graph.operators.slice(0, layersLimit).map((operator, position) => {
    const cost = costs[position];
    const latency = cost?.milliseconds ?? null;
    return {
      index: index(position),
      type: operator.type.slice(0, 200),
      name: (operator.name || operator.type).slice(0, 400),
      macs: operatorMacs(graph, operator),
      latency,
      energy: latency === null || milliwatts === undefined ? null : (latency * milliwatts) / 1e3,
      flash: cost?.flash ?? constantBytes(graph, operator, counted),
      liveBytes: cost?.liveBytes ?? 0,
      ...(cost?.instructions === undefined ? {} : { instructions: cost.instructions }),
      unit: cost?.unit ?? 'cpu',
      ...layerFacts(graph, operator),
    };
  });
}

function constantBytes(graph: Graph, { inputs }: Operator, counted: Set<TensorId>): number {
  return inputs.reduce<number>((sum, id) => {
    const tensor = id === null ? undefined : graph.tensors[id];
    if (id === null || tensor?.data === undefined || counted.has(id)) return sum;
    counted.add(id);
    return sum + (tensorBytes(tensor) ?? 0);
  }, 0);
}
