import type { Dialect } from '../graph/graph.ts';
import { change } from './change.ts';
import type { WeightsMoved } from './compare-weights.ts';
import type { GraphView, Node, Source } from './graph-view.ts';
import { nameOf } from './matching.ts';
import type { RowChange } from './model-diff.ts';
import { onnxFormOf } from './operator-facts.ts';
import type { Setting, Settings } from './settings.ts';
import { firstOutput, largestWeights, outputChange, weightShapeChange } from './shape-changes.ts';
import { constantWords, quantizationKey, quantizationWords } from './tensor-words.ts';
import { weightChanges } from './weight-changes.ts';

/** What differs between an operator and its counterpart, and how far the weights of equal shape moved. */
export interface PairChanges {
  readonly changes: readonly RowChange[];
  readonly moved: readonly WeightsMoved[];
}

/** Who feeds an operator in the other graph, as `feedOf` finds it. */
export interface Surroundings {
  readonly base: GraphView;
  readonly head: GraphView;
  readonly headOf: (base: number) => number | undefined;
  readonly baseOf: (head: number) => number | undefined;
}

const mostSettings = 6;

/** All that differs between an operator of the base and its counterpart in the head, what weighs most first. */
export function describePair(base: Node, head: Node, around: Surroundings): PairChanges {
  const { dialect } = around.head.graph;
  const weights = weightChanges(base, head);
  return {
    moved: weights.moved,
    changes: [
      ...typeChange(base, head),
      ...shapeChanges(base, head, dialect),
      ...dataTypeChanges(base, head),
      // Settings of another operator are others: the type says it.
      ...(base.operator.type === head.operator.type ? settingChanges(base.settings, head.settings) : []),
      ...connectionChange(base, head, around),
      ...weights.changes,
      ...quantisationChanges(base, head),
      ...formChange(base, head, dialect),
      ...(nameOf(base) === nameOf(head)
        ? []
        : [change('name', `${nameOf(base) || 'unnamed'} → ${nameOf(head) || 'unnamed'}`)]),
    ],
  };
}

function typeChange(base: Node, head: Node): readonly RowChange[] {
  const words = ({ operator }: Node) =>
    operator.domain === '' ? operator.type : `${operator.domain}.${operator.type}`;
  return words(base) === words(head) ? [] : [change('type', `${words(base)} → ${words(head)}`)];
}

function shapeChanges(base: Node, head: Node, dialect: Dialect): readonly RowChange[] {
  const output = outputChange(base, head, dialect);
  const weights = weightShapeChange(base, head, dialect);
  // Where the output changed too, the weights' other extents follow from it and from the neighbours.
  const told =
    weights !== undefined && (output === undefined || /^weights \d+×\d+ →/.test(weights)) ? weights : undefined;
  return [output, told].flatMap((text) => (text === undefined ? [] : [change('shape', text)]));
}

function dataTypeChanges(base: Node, head: Node): readonly RowChange[] {
  const [before, after] = [firstOutput(base)?.dtype, firstOutput(head)?.dtype];
  const isKnown = (type: string | undefined) => type !== undefined && type !== 'unknown';
  const [weightsBefore, weightsAfter] = [largestWeights(base)?.dtype, largestWeights(head)?.dtype];
  return [
    ...(isKnown(before) && isKnown(after) && before !== after ? [change('data-type', `${before} → ${after}`)] : []),
    ...(weightsBefore !== undefined && weightsAfter !== undefined && weightsBefore !== weightsAfter
      ? [change('data-type', `weights ${weightsBefore} → ${weightsAfter}`)]
      : []),
  ];
}

function settingChanges(base: Settings, head: Settings): readonly RowChange[] {
  const differing = [...new Set([...base.keys(), ...head.keys()])].sort().flatMap((name) => {
    const [before, after] = [base.get(name), head.get(name)];
    return equalSettings(before, after) ? [] : [`${name} ${before?.words ?? 'none'} → ${after?.words ?? 'none'}`];
  });
  const rest = differing.length - mostSettings;
  const told = differing.slice(0, mostSettings).map((text) => change('attribute', text));
  return rest > 0 ? [...told, change('attribute', `${rest} more settings`)] : told;
}

function equalSettings(before: Setting | undefined, after: Setting | undefined): boolean {
  if (before === undefined || after === undefined) return (before ?? after)?.isDefault === true;
  return before.words === after.words;
}

/** True when an operator reads what counterparts of its former feeds compute, whatever was put between them or taken out. */
function connectionChange(base: Node, head: Node, around: Surroundings): readonly RowChange[] {
  const before = base.sources.map((source) => feedOf(around.base, source, (at) => around.headOf(at) !== undefined));
  const after = head.sources.map((source) => feedOf(around.head, source, (at) => around.baseOf(at) !== undefined));
  const count = Math.max(before.length, after.length);
  for (let position = 0; position < count; position++) {
    const [from, to] = [before[position], after[position]];
    if (from?.kind === 'node' && to?.kind === 'node' && around.headOf(from.node) !== to.node) {
      return [
        change('connections', `reads ${nodeWords(around.head, to.node)}, before ${nodeWords(around.base, from.node)}`),
      ];
    }
    if (from?.kind === 'node' && to?.kind === 'input') {
      return [
        change(
          'connections',
          `reads input ${to.position + 1} of the model, before ${nodeWords(around.base, from.node)}`,
        ),
      ];
    }
    if (from?.kind === 'input' && to?.kind === 'node') {
      return [
        change(
          'connections',
          `reads ${nodeWords(around.head, to.node)}, before input ${from.position + 1} of the model`,
        ),
      ];
    }
    if (from?.kind === 'input' && to?.kind === 'input' && from.position !== to.position) {
      return [change('connections', `reads input ${to.position + 1} of the model, before input ${from.position + 1}`)];
    }
  }
  return [];
}

function nodeWords(view: GraphView, at: number): string {
  const node = view.nodes[at];
  return node === undefined ? '?' : nameOf(node).slice(0, 120) || `operator ${node.index}`;
}

/** The nearest operator on the way up that the other side has too, by first inputs; further up than that nothing is looked for. */
function feedOf(view: GraphView, source: Source, isShared: (at: number) => boolean): Source {
  let current = source;
  for (let step = 0; step < 1000 && current.kind === 'node' && !isShared(current.node); step++) {
    current = view.nodes[current.node]?.sources.find(({ kind }) => kind === 'node' || kind === 'input') ?? {
      kind: 'nothing',
    };
  }
  return current;
}

function quantisationChanges(base: Node, head: Node): readonly RowChange[] {
  const [before, after] = [firstOutput(base)?.quantization, firstOutput(head)?.quantization];
  const changes: RowChange[] = [];
  if (quantizationKey(before) !== quantizationKey(after)) {
    changes.push(
      change(
        'quantisation',
        `output ${quantizationWords(before) || 'not quantised'} → ${quantizationWords(after) || 'not quantised'}`,
      ),
    );
  }
  for (const [position, tensor] of head.scales) {
    const other = base.scales.get(position);
    const [from, to] = [other === undefined ? 'none' : constantWords(other), constantWords(tensor)];
    if (from !== to) changes.push(change('quantisation', `input ${position + 1} ${from} → ${to}`));
  }
  return changes.slice(0, 3);
}

function formChange(base: Node, head: Node, dialect: Dialect): readonly RowChange[] {
  const form = ({ operator }: Node) =>
    dialect === 'onnx' && operator.domain === ''
      ? (onnxFormOf(operator.type, operator.version) ?? operator.version)
      : operator.version;
  if (base.operator.type !== head.operator.type || form(base) === form(head)) return [];
  return [change('opset', `${dialect === 'onnx' ? 'form of opset' : 'version'} ${form(base)} → ${form(head)}`)];
}
