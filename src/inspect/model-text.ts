import { plain } from '../basics/plain.ts';
import { type GraphView, type Node, viewGraph } from '../diff/graph-view.ts';
import { quantizationOf } from '../diff/quantization-of.ts';
import { constantWords, quantizationWords, tensorWords } from '../diff/tensor-words.ts';
import { ortVersionOf } from '../formats/ort/version.ts';
import type { Graph, Tensor, TensorId } from '../graph/graph.ts';
import { graphMacs } from '../graph/macs.ts';
import { graphParameters } from '../graph/parameters.ts';
import { nestedGraphs } from '../graph/traversal.ts';
import { weightWords } from './weight-words.ts';

const longestName = 300;
const deepestNesting = 8;

/**
 * A model as text, a line per operator: what it reads and computes, its settings, and of its weights type, shape, quantisation, range and digest. The same
 * model always gives the same text, and a change to one operator changes its line and those of whom it feeds: `git diff` reads it (`edge-ready inspect`).
 * @param graph with its shapes inferred
 */
export function modelText(graph: Graph): string {
  const opsets = new Map(graph.operators.map(({ domain, version }) => [domain === '' ? 'ai.onnx' : domain, version]));
  return [
    `model: ${formatWords(graph)}`,
    ...(graph.dialect === 'onnx'
      ? [...opsets].sort().map(([domain, version]) => `opset: ${plain(domain, longestName)} ${version}`)
      : []),
    `operators: ${graph.operators.length}`,
    `parameters: ${graphParameters(graph)}`,
    `multiply-accumulates: ${graphMacs(graph)}`,
    ...graphLines(graph, ''),
    ...graph.subgraphs.flatMap((subgraph, index) => [`subgraph ${index + 1}:`, ...graphLines(subgraph, '  ')]),
    '',
  ].join('\n');
}

/** The format of the model's file, with the version where it is ONNX Runtime's own. */
function formatWords(graph: Graph): string {
  if (graph.dialect === 'tflite') return 'TensorFlow Lite';
  const version = ortVersionOf(graph);
  if (version === undefined) return 'ONNX';
  return `ONNX Runtime (.ort)${version === '' ? '' : `, format version ${plain(version, 40)}`}`;
}

type Name = (tensor: Tensor | undefined) => string;

function graphLines(graph: Graph, indent: string): readonly string[] {
  const view = viewGraph(graph);
  const name = namesOf(graph);
  const ends = (role: string, ids: readonly TensorId[]) =>
    ids.map((id) => `${indent}${role}: ${computedWords(graph.tensors[id], name)}`);
  return [
    ...ends('input', graph.inputs),
    ...ends('output', graph.outputs),
    ...view.nodes.flatMap((node) => nodeLines(view, node, name, indent)),
  ];
}

/** `conv_1: int8 1×25×5×64 scale 0.1 zero -128 = CONV_2D(input, int8 64×10×4×1 […]) stride_w=2, padding=SAME`, and the graphs inside it below. */
function nodeLines(view: GraphView, node: Node, name: Name, indent: string): readonly string[] {
  const { operator, outputs } = node;
  const results = outputs.map((tensor) => (tensor === null ? '-' : computedWords(tensor, name))).join(', ');
  const type = operator.domain === '' ? operator.type : `${operator.domain}.${operator.type}`;
  const inputs = operator.inputs.map((id, position) => inputWords(view.graph, node, name, id, position));
  const settings = [...node.settings]
    .filter(([setting, { isDefault }]) => !isDefault && !/^input \d+$/.test(setting))
    .map(([setting, { words }]) => `${plain(setting, 80)}=${plain(words, longestName)}`)
    .sort();
  const line = `${results} = ${plain(type, longestName)}(${inputs.join(', ')})${settings.length === 0 ? '' : ` ${settings.join(', ')}`}`;
  const depth = indent.length / 2;
  const inner = depth >= deepestNesting ? [] : nestedGraphs(operator);
  return [
    `${indent}${line}`,
    ...inner.flatMap((graph) => [`${indent}  graph:`, ...graphLines(graph, `${indent}    `)]),
  ];
}

function inputWords(graph: Graph, node: Node, name: Name, id: TensorId | null, position: number): string {
  if (id === null) return '-';
  const weights = node.weights.get(position);
  if (weights !== undefined)
    return weightWords({ tensor: weights, quantization: quantizationOf(node, position, weights) });
  const scale = node.scales.get(position);
  if (scale !== undefined) return constantWords(scale);
  const setting = node.settings.get(`input ${position + 1}`);
  if (setting !== undefined) return setting.words;
  // A constant that is a setting of some name stands among the settings.
  if (node.sources[position]?.kind === 'constant') return '…';
  return name(graph.tensors[id]);
}

/** `conv_1: int8 1×25×5×64 scale 0.1 zero -128`. */
function computedWords(tensor: Tensor | undefined, name: Name): string {
  if (tensor === undefined) return '?';
  const scales = quantizationWords(tensor.quantization);
  return `${name(tensor)}: ${plain(tensorWords(tensor), longestName)}${scales === '' ? '' : ` ${scales}`}`;
}

/** What tensors are called: TensorFlow Lite joins the names of all that it fused, of which the first is enough where nothing else that is computed has it. */
function namesOf(graph: Graph): Name {
  const counts = new Map<string, number>();
  for (const { name, data } of graph.tensors) {
    if (data === undefined) counts.set(firstOf(name), (counts.get(firstOf(name)) ?? 0) + 1);
  }
  return (tensor) => {
    const name = tensor?.name ?? '';
    return plain(counts.get(firstOf(name)) === 1 ? firstOf(name) : name, longestName) || 'unnamed';
  };
}

function firstOf(name: string): string {
  return name.split(';')[0] || name;
}
