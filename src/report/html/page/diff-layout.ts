import * as dagre from '@dagrejs/dagre';
import type { DiffRow, ModelDiff } from '../../../diff/model-diff.ts';

/** Nodes drawn at most; beyond, unchanged operators that touch no change are left out. */
const mostNodes = 400;

export const nodeWidth = 190;
export const nodeHeight = 44;

/** A row of the diff at its place; several unchanged ones in line are one node. */
export interface DiffNode {
  /** The indices of its rows, one or a run. */
  readonly rows: readonly number[];
  readonly row: DiffRow;
  readonly x: number;
  readonly y: number;
  /** Indices of nodes. */
  readonly from: readonly number[];
  readonly to: readonly number[];
}

export interface DiffDrawing {
  readonly nodes: readonly DiffNode[];
  readonly edges: readonly {
    readonly path: readonly { readonly x: number; readonly y: number }[];
    readonly key: string;
  }[];
  readonly width: number;
  readonly height: number;
}

/** Where the operators of a diff stand, from the inputs down; lengths in pixels. */
export function layOutDiff({ rows }: ModelDiff): DiffDrawing {
  const groups = groupUnchanged(rows).slice(0, mostNodes);
  const groupOf = new Map(groups.flatMap((group, index) => group.map((row) => [row, index] as const)));
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({ rankdir: 'TB', nodesep: 18, ranksep: 26, marginx: 8, marginy: 8 });
  graph.setDefaultEdgeLabel(() => ({}));
  groups.forEach((_, index) => {
    graph.setNode(String(index), { width: nodeWidth, height: nodeHeight });
  });
  groups.forEach((group, index) => {
    for (const row of group) {
      for (const source of rows[row]?.inputs ?? []) {
        const from = groupOf.get(source);
        if (from !== undefined && from !== index) graph.setEdge(String(from), String(index));
      }
    }
  });
  dagre.layout(graph);
  const neighbours = (keys: ReturnType<typeof graph.successors>) => (keys ?? []).map(Number);
  const nodes = groups.flatMap((group, index): DiffNode[] => {
    const row = rows[group[0] ?? 0];
    const { x, y } = graph.node(String(index));
    return row === undefined
      ? []
      : [
          {
            rows: group,
            row,
            x: x - nodeWidth / 2,
            y: y - nodeHeight / 2,
            from: neighbours(graph.predecessors(String(index))),
            to: neighbours(graph.successors(String(index))),
          },
        ];
  });
  const edges = graph.edges().map((edge) => ({ key: `${edge.v} ${edge.w}`, path: graph.edge(edge).points }));
  const { width = 0, height = 0 } = graph.graph();
  return { nodes, edges, width, height };
}

/** Runs of unchanged rows, each read by the next alone, that touch no changed row: one group; every other row is a group of its own. */
function groupUnchanged(rows: readonly DiffRow[]): readonly (readonly number[])[] {
  const readers = rows.map((): number[] => []);
  rows.forEach(({ inputs }, index) => {
    for (const input of inputs) readers[input]?.push(index);
  });
  const isQuiet = (index: number) =>
    rows[index]?.kind === 'same' &&
    [...(rows[index]?.inputs ?? []), ...(readers[index] ?? [])].every((other) => rows[other]?.kind === 'same');
  const groups: number[][] = [];
  rows.forEach((row, index) => {
    const last = groups.at(-1);
    const before = last?.at(-1);
    const follows =
      before !== undefined && row.inputs.length === 1 && row.inputs[0] === before && readers[before]?.length === 1;
    if (last !== undefined && before !== undefined && follows && isQuiet(before) && isQuiet(index)) last.push(index);
    else groups.push([index]);
  });
  return groups;
}
