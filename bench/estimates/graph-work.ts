import { readFileSync } from 'node:fs';
import path from 'node:path';
import { emptyGraph } from '../../src/graph/empty-graph.ts';
import type { Graph } from '../../src/graph/graph.ts';
import { type CostCounts, costCounts } from '../../src/runtimes/roofline/time.ts';
import { computedTensors, operatorWork } from '../../src/runtimes/roofline/work.ts';
import { referenceDirectory } from '../reference.ts';

/** The sums of what all operators of a graph make each cost of a unit count. */
export function graphCounts(graph: Graph, onChipBytes = 0): CostCounts {
  const computed = computedTensors(graph);
  const counts = graph.operators.map((operator) => costCounts(operatorWork(graph, operator, computed), onChipBytes));
  return counts.reduce((sum, each) => {
    const added = Object.entries(each).map(([name, count]) => [name, count + (sum[name as keyof CostCounts] ?? 0)]);
    return Object.fromEntries(added) as CostCounts;
  });
}

interface ReferenceGraph {
  readonly tensors: readonly { readonly shape: readonly number[]; readonly type: Graph['tensors'][number]['dtype'] }[];
  readonly nodes: readonly { readonly op: string; readonly in: readonly number[]; readonly out: readonly number[] }[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

/** The operator lists of the reference's `graphs.json`, by file: shapes and types without constants. */
export function referenceGraphs(): ReadonlyMap<string, Graph> {
  const text = readFileSync(path.join(referenceDirectory, 'graphs.json'), 'utf8');
  const graphs = Object.entries(JSON.parse(text) as Record<string, ReferenceGraph>);
  return new Map(
    graphs.map(([file, { tensors, nodes, inputs, outputs }]) => [
      file,
      {
        ...emptyGraph('tflite', file),
        tensors: tensors.map(({ shape, type }, id) => ({ name: `t${id}`, dtype: type, shape })),
        operators: nodes.map((node) => ({
          name: node.op,
          type: node.op,
          domain: '',
          version: 1,
          inputs: node.in.map((id) => (id < 0 ? null : id)),
          outputs: node.out,
          attributes: {},
        })),
        inputs,
        outputs,
      },
    ]),
  );
}
