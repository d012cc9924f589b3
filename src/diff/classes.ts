import type { Tensor } from '../graph/graph.ts';
import type { GraphView, Node, Source } from './graph-view.ts';
import { settingsKey } from './settings.ts';
import { contentDigest, quantizationKey, shapeWords, tensorWords } from './tensor-words.ts';

/**
 * How closely two operators are looked at. `content`: everything that is computed with, weights and scales too. `shape`: shapes and settings, whatever the numbers are.
 * `kind`: the operator's type alone.
 */
const levels = ['content', 'shape', 'kind'] as const;
export type Level = (typeof levels)[number];

/** Numbers by node: equal ones mean equal operators, within one interner. `undefined` is equal to nothing. */
export type Classes = readonly (number | undefined)[];

/** Gives equal texts equal numbers, without collisions. */
export type Interner = (text: string) => number;

/** A new interner; classes of two graphs can be compared when they share one. */
export function newInterner(): Interner {
  const numbers = new Map<string, number>();
  return (text) => {
    const known = numbers.get(text);
    if (known !== undefined) return known;
    numbers.set(text, numbers.size);
    return numbers.size - 1;
  };
}

/** What each operator is on its own. */
export function ownClasses(view: GraphView, level: Level, intern: Interner): Classes {
  return view.nodes.map((node) => intern(`${level} ${labelOf(node, level)}`));
}

/**
 * What each operator computes from the graph's inputs: equal where the whole graph before two operators is equal too. This and `backwardClasses` are
 * the refinement of Weisfeiler and Lehman ("A reduction of a graph to canonical form", 1968) carried along the order of a graph without cycles, in one pass.
 */
export function forwardClasses(view: GraphView, own: Classes, intern: Interner): Classes {
  const classes: number[] = [];
  for (const { at, sources } of view.nodes) {
    const from = sources.map((source) => sourceWords(source, classes));
    classes.push(intern(`f${own[at]}(${from.join()})`));
  }
  return classes;
}

/** What becomes of each operator's results: equal where everything after two operators is equal too. */
export function backwardClasses(view: GraphView, own: Classes, intern: Interner): Classes {
  const classes: number[] = new Array<number>(view.nodes.length).fill(-1);
  for (let at = view.nodes.length - 1; at >= 0; at--) {
    const to = (view.readers[at] ?? []).map(({ node, position }) => `${classes[node]}@${position}`).sort();
    classes[at] = intern(`b${own[at]}(${to.join()})${(view.givenBack[at] ?? []).join()}`);
  }
  return classes;
}

/** Both together: equal where the graphs around two operators are. */
export function bothClasses(one: Classes, other: Classes, intern: Interner): Classes {
  return one.map((each, at) => intern(`${each}&${other[at]}`));
}

function sourceWords(source: Source, classes: Classes): string {
  if (source.kind === 'node') return `${classes[source.node] ?? '?'}.${source.output}`;
  return source.kind === 'input' ? `i${source.position}` : source.kind.slice(0, 1);
}

function labelOf(node: Node, level: Level): string {
  const { operator, outputs, settings } = node;
  const type = `${operator.domain}:${operator.type}`;
  if (level === 'kind') return type;
  const content = level === 'content';
  const constants = [...node.weights, ...(content ? node.scales : [])].map(
    ([position, tensor]) => `${position}:${content ? contentKey(tensor) : shapeWords(tensor.shape)}`,
  );
  const results = outputs.map((tensor) => {
    if (tensor === null) return '';
    return content ? `${tensorWords(tensor)}${quantizationKey(tensor.quantization)}` : shapeWords(tensor.shape);
  });
  return `${type} ${settingsKey(settings)} ${constants.join()} ${results.join()}`;
}

function contentKey(tensor: Tensor): string {
  return `${tensorWords(tensor)} ${contentDigest(tensor)} ${quantizationKey(tensor.quantization)}`;
}
