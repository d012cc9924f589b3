import { elementCount, inputTensor, intAttribute, intsAttribute, tensorAt } from './access.ts';
import { constantNumbers } from './constant-numbers.ts';
import type { Graph, Operator, TensorId } from './graph.ts';
import { operatorMacs } from './macs.ts';
import { nestedGraphs } from './traversal.ts';

/** What an element that is computed takes beside a multiply-accumulate, which vector units do in lots: it is written to memory and read again. An assumption; the limit that it counts towards is ten times what published models need. */
const perElement = 4;
/** What an operator takes at the least: to be called costs as much as some hundred elements. An assumption, too. */
const perOperator = 512;
/** More turns than this stand for `while`, which exporters write as the largest integer. */
const mostTurns = 2 ** 31;

/**
 * Work of one inference on this machine, in multiply-accumulates: those of its layers, elements that windows look at, elements that are written.
 * An ONNX `Loop` or `Scan` counts as often as it turns where that is in the file, else once; TensorFlow Lite's further subgraphs count where they run.
 */
export function graphWork(graph: Graph): number {
  return graph.operators.reduce((sum, operator) => sum + operatorWork(graph, operator), 0);
}

function operatorWork(graph: Graph, operator: Operator): number {
  const written = operator.outputs.reduce<number>((sum, id) => sum + elementsOf(graph, id), 0);
  const bodies = nestedGraphs(operator);
  const layers =
    bodies.length === 0
      ? operatorMacs(graph, operator)
      : turnsOf(graph, operator) * bodies.reduce((sum, body) => sum + graphWork(body), 0);
  return perOperator + layers + written * (perElement + windowOf(operator));
}

function elementsOf(graph: Graph, id: TensorId | null): number {
  const elements = id === null ? undefined : elementCount(tensorAt(graph, id));
  return elements !== undefined && elements > 0 ? elements : 0;
}

/** Elements that a pool or a normalisation looks at for each that it writes; a longer window than there are elements is cut, but still slid. */
function windowOf(operator: Operator): number {
  if (/_POOL_2D$/.test(operator.type)) {
    return Math.abs(intAttribute(operator, 'filter_height', 1) * intAttribute(operator, 'filter_width', 1));
  }
  if (/^(Max|Average|Lp)Pool$/.test(operator.type)) {
    return (intsAttribute(operator, 'kernel_shape') ?? []).reduce((product, extent) => product * Math.abs(extent), 1);
  }
  return operator.type === 'LRN' ? Math.abs(intAttribute(operator, 'size', 1)) : 0;
}

/** How often a body runs; a `Loop` without a most is one that may have no end. */
function turnsOf(graph: Graph, operator: Operator): number {
  if (operator.type === 'Loop') {
    const count = inputTensor(graph, operator, 0);
    if (count === undefined) return Number.POSITIVE_INFINITY;
    const most = constantNumbers(count)?.[0] ?? 1;
    return most > mostTurns ? Number.POSITIVE_INFINITY : Math.max(1, most);
  }
  if (operator.type !== 'Scan') return 1;
  const scanned = inputTensor(graph, operator, operator.inputs.length - 1);
  const axis = intsAttribute(operator, 'scan_input_axes')?.at(-1) ?? 0;
  const extent = scanned?.shape?.at(axis);
  return typeof extent === 'number' ? Math.max(1, extent) : 1;
}
