import type { Graph, Operator } from '../../graph/graph.ts';
import { computedTensors, operatorWork } from '../roofline/work.ts';
import { ne16Cycles } from './ne16-cycles.ts';
import { ne16Job } from './placement.ts';

/** What an operator takes besides what NE16's own arithmetic says. */
export interface GapCosts {
  /** Of each operator: its code, its tiles and what they wait for memory. */
  readonly operatorCycles: number;
  /** Of the cluster's cores together, for each multiply-accumulate and for each element of other operators. */
  readonly cyclesPerClusterMac: number;
  readonly cyclesPerClusterElement: number;
}

/** Cycles of an operator on NE16 where that computes it, else on the cluster's cores. */
export function gapCycles(graph: Graph, operator: Operator, weightBits: number, costs: GapCosts): number {
  const work = operatorWork(graph, operator, computedTensors(graph));
  const job = ne16Job(graph, operator);
  const started = work.launches * costs.operatorCycles;
  if (job !== undefined) return started + ne16Cycles(job, weightBits);
  const macs = work.convolutionMacs + work.depthwiseMacs + work.denseMacs;
  return started + macs * costs.cyclesPerClusterMac + work.elements * costs.cyclesPerClusterElement;
}
