import { createHash } from 'node:crypto';
import type { Attribute, Graph, Operator, Tensor } from '../graph/graph.ts';
import { nestedGraphs } from '../graph/traversal.ts';
import { onnxDefaults, onnxSettingAt } from './operator-facts.ts';
import { constantWords, numbersWords, numberWords } from './tensor-words.ts';

/** A setting of an operator, in words; two settings of the same words are equal. */
export interface Setting {
  readonly words: string;
  /** What the operator does without it. */
  readonly isDefault: boolean;
}

export type Settings = ReadonlyMap<string, Setting>;

/** Lists of ONNX that say nothing when all of their numbers are this. */
const neutral: Readonly<Record<string, number>> = { strides: 1, dilations: 1, pads: 0, output_padding: 0 };

/** Attributes that count dimensions from the end when they are negative. */
const axisNames: ReadonlySet<string> = new Set(['axis', 'batch_axis', 'time_axis']);

const longestString = 200;

/**
 * What an operator is told beside its data and its weights, by name: attributes, and inputs that were attributes in other opsets. Whether a
 * setting stands in the file or follows from a default makes no difference, nor does an axis that is counted from the end.
 * `constants` are its inputs that are settings, by position.
 */
export function settingsOf(graph: Graph, operator: Operator, constants: ReadonlyMap<number, Tensor>): Settings {
  const settings = new Map<string, Setting>();
  const rank = graph.tensors[operator.inputs[0] ?? -1]?.shape?.length;
  const isOnnx = graph.dialect === 'onnx' && (operator.domain === '' || operator.domain === 'ai.onnx');
  const defaults = isOnnx ? onnxDefaults(operator.type, operator.version) : {};
  const worded = (name: string, attribute: Attribute): string =>
    axisNames.has(name) && attribute.kind === 'int' && attribute.value < 0 && rank !== undefined
      ? String(attribute.value + rank)
      : attributeWords(attribute);
  const defaultWords = new Map(
    Object.entries(defaults).map(([name, value]) => [name, worded(name, asAttribute(value))] as const),
  );
  for (const [name, words] of defaultWords) settings.set(name, { words, isDefault: true });
  for (const [name, attribute] of Object.entries(operator.attributes)) {
    if (isOnnx && name === 'kernel_shape' && operator.type.includes('Conv')) continue;
    const words = isSubgraphIndex(graph, name, attribute)
      ? digestOf(graph.subgraphs[attribute.value - 1])
      : worded(name, attribute);
    settings.set(name, { words, isDefault: defaultWords.get(name) === words || isNeutral(isOnnx, name, attribute) });
  }
  for (const [position, tensor] of constants) {
    const name = (isOnnx ? onnxSettingAt(operator.type, position) : undefined) ?? `input ${position + 1}`;
    settings.set(name, { words: constantWords(tensor), isDefault: false });
  }
  return settings;
}

/** The same for two operators that are told the same, in whatever order and with or without their defaults. */
export function settingsKey(settings: Settings): string {
  return [...settings]
    .filter(([name, { isDefault }]) => !isDefault || axisNames.has(name))
    .map(([name, { words }]) => `${name}=${words}`)
    .sort()
    .join(';');
}

/** An attribute in words; two of the same words are equal. */
function attributeWords(attribute: Attribute): string {
  switch (attribute.kind) {
    case 'int':
      return String(attribute.value);
    case 'bool':
      return String(attribute.value);
    case 'float':
      return numberWords(attribute.value);
    case 'string':
      return attribute.value.length > longestString
        ? `${attribute.value.slice(0, longestString)}… ${hashOf(attribute.value)}`
        : attribute.value;
    case 'ints':
    case 'floats':
      return attribute.value.length === 1 ? `[${numbersWords(attribute.value)}]` : listWords(attribute.value);
    case 'strings':
      return attribute.value.length <= 8
        ? `[${attribute.value.join(', ').slice(0, longestString)}]`
        : hashOf(JSON.stringify(attribute.value));
    case 'bytes':
    case 'opaque':
      return `${attribute.value.byteLength} bytes ${hashOf(attribute.value)}`;
    case 'tensor':
      return constantWords(attribute.value);
    case 'tensors':
      return attribute.value.map(constantWords).join(', ');
    case 'graph':
      return digestOf(attribute.value);
    case 'graphs':
      return attribute.value.map(digestOf).join(', ');
  }
}

function listWords(numbers: readonly number[]): string {
  return numbers.length <= 64 ? numbersWords(numbers) : `${numbers.length} numbers ${hashOf(numbers.join())}`;
}

/** `a graph of 12 operators 0123…`: equal for graphs that compute the same in the same order, whatever their tensors are called. */
function digestOf(graph: Graph | undefined): string {
  if (graph === undefined) return 'no graph';
  const captured = new Map(graph.captures.map(({ tensor, name }) => [tensor, name]));
  const places = new Map<number, string>(graph.inputs.map((id, position) => [id, `input ${position}`]));
  const placeOf = (id: number | null) => {
    const tensor = graph.tensors[id ?? -1];
    if (id === null || tensor === undefined) return '';
    if (tensor.data !== undefined || tensor.strings !== undefined) return constantWords(tensor);
    return places.get(id) ?? `outer ${captured.get(id) ?? ''}`;
  };
  const lines = graph.operators.map((operator, index) => {
    operator.outputs.forEach((id, position) => {
      if (id !== null) places.set(id, `${index}.${position}`);
    });
    return `${operator.domain} ${operator.type}(${operator.inputs.map(placeOf).join()}) ${settingsKey(settingsOf(graph, operator, new Map()))}`;
  });
  const digest = hashOf([...lines, graph.outputs.map(placeOf).join()].join('\n'));
  const inner = graph.operators.reduce((sum, operator) => sum + nestedGraphs(operator).length, 0);
  return `a graph of ${graph.operators.length} operators${inner === 0 ? '' : ` and ${inner} graphs`} ${digest}`;
}

function isSubgraphIndex(
  graph: Graph,
  name: string,
  attribute: Attribute,
): attribute is Extract<Attribute, { kind: 'int' }> {
  return graph.dialect === 'tflite' && /subgraph_index$/.test(name) && attribute.kind === 'int' && attribute.value > 0;
}

function isNeutral(isOnnx: boolean, name: string, attribute: Attribute): boolean {
  const value = Object.hasOwn(neutral, name) ? neutral[name] : undefined;
  return isOnnx && attribute.kind === 'ints' && value !== undefined && attribute.value.every((each) => each === value);
}

function asAttribute(value: number | string | readonly (number | string)[]): Attribute {
  if (typeof value === 'number') return { kind: Number.isInteger(value) ? 'int' : 'float', value };
  if (typeof value === 'string') return { kind: 'string', value };
  if (value.every((each) => typeof each === 'number')) return { kind: 'ints', value };
  return { kind: 'strings', value: value.map(String) };
}

function hashOf(content: string | Uint8Array): string {
  return createHash('sha1').update(content).digest('hex').slice(0, 16);
}
