import type { Dialect, Graph } from './graph.ts';

/** A graph with nothing in it, to be spread below what somebody puts there. */
export function emptyGraph(dialect: Dialect, name: string): Graph {
  return {
    dialect,
    name,
    tensors: [],
    operators: [],
    inputs: [],
    outputs: [],
    subgraphs: [],
    captures: [],
    notes: [],
    extras: {},
  };
}
