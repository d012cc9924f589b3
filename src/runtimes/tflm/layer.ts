import type { Graph, Operator } from '../../graph/graph.ts';
import { layerFacts } from '../../graph/layer-facts.ts';
import { operatorMacs } from '../../graph/macs.ts';
import type { Layer } from '../measurement.ts';
import type { Arena } from './arena/arena.ts';
import { constantBytes, type OperatorCost } from './cycles.ts';

/** One operator's share of a Measurement; `milliwatts` is the board's active power, where it is known. */
export function layerOf(
  graph: Graph,
  operator: Operator,
  index: number,
  arena: Arena,
  cost: OperatorCost | undefined,
  milliwatts: number | undefined,
): Layer {
  return {
    index,
    type: operator.type.slice(0, 200),
    name: operator.name.slice(0, 400),
    macs: operatorMacs(graph, operator),
    latency: cost?.milliseconds ?? null,
    energy: cost === undefined || milliwatts === undefined ? null : (milliwatts * cost.milliseconds) / 1000,
    flash: constantBytes(graph, operator),
    liveBytes: arena.liveBytes[index] ?? 0,
    ...(cost?.instructions === undefined ? {} : { instructions: cost.instructions }),
    unit: 'cpu',
    ...layerFacts(graph, operator),
  };
}
