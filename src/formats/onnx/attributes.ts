import type { Attribute, Graph } from '../../graph/graph.ts';
import { decode, decodeUtf8 } from './decode.ts';
import { encode } from './encode.ts';
import type { AttributeProto, GraphProto, Int64 } from './messages.ts';
import type { ReadContext } from './read-context.ts';
import { readTensor, writeTensor } from './tensors.ts';

/** `AttributeProto.AttributeType`. */
export const attributeType = {
  float: 1,
  int: 2,
  string: 3,
  tensor: 4,
  graph: 5,
  floats: 6,
  ints: 7,
  strings: 8,
  tensors: 9,
  graphs: 10,
  sparseTensor: 11,
  sparseTensors: 12,
  typeProto: 13,
  typeProtos: 14,
} as const;

const int64Max = 2n ** 63n - 1n;
const int64Min = -(2n ** 63n);

/**
 * A 64-bit integer as a number: exact up to 2^53; the smallest and the largest, which exporters write for "no end", are ±2^63.
 * `undefined` for others, which a number cannot hold.
 */
export function saturatedNumber(value: Int64): number | undefined {
  if (typeof value === 'number') return value;
  if (value === int64Max) return 2 ** 63;
  return value === int64Min ? -(2 ** 63) : undefined;
}

/** The inverse of `saturatedNumber`: everything from 2^63 up is INT64_MAX. */
export function saturatedInt64(value: number): Int64 {
  if (value >= 2 ** 63) return int64Max;
  return value <= -(2 ** 63) ? int64Min : Number.isSafeInteger(value) ? value : BigInt(Math.trunc(value));
}

/** The type of an attribute; where the file leaves it out (IR version 1), that of the field which is set. */
export function typeOf(proto: AttributeProto): number {
  if (typeof proto.type === 'number' && proto.type !== 0) return proto.type;
  if (proto.f !== undefined) return attributeType.float;
  if (proto.i !== undefined) return attributeType.int;
  if (proto.s !== undefined) return attributeType.string;
  if (proto.t !== undefined) return attributeType.tensor;
  if (proto.g !== undefined) return attributeType.graph;
  if (proto.floats !== undefined) return attributeType.floats;
  if (proto.ints !== undefined) return attributeType.ints;
  if (proto.strings !== undefined) return attributeType.strings;
  if (proto.tensors !== undefined) return attributeType.tensors;
  return proto.graphs !== undefined ? attributeType.graphs : 0;
}

/** The attribute that a proto states; `opaque` when its kind is not understood or would lose something. `where` names it in the note. */
export function readAttribute(
  proto: AttributeProto,
  where: string,
  context: ReadContext,
  readGraph: (graph: GraphProto) => Graph,
): Attribute {
  const opaque = (note: string): Attribute => {
    context.notes.push(`The ${where} is ${note}; it is kept as it is.`);
    return { kind: 'opaque', value: encode('AttributeProto', proto), note };
  };
  if (proto.refAttrName !== undefined && proto.refAttrName !== '') return opaque('a reference to a function attribute');
  switch (typeOf(proto)) {
    case attributeType.float:
      return { kind: 'float', value: proto.f ?? 0 };
    case attributeType.int: {
      const value = saturatedNumber(proto.i ?? 0);
      return value === undefined ? opaque('an integer beyond 2^53') : { kind: 'int', value };
    }
    case attributeType.string: {
      const value = decodeUtf8(proto.s ?? new Uint8Array(0));
      return value === undefined ? opaque('a string that is not UTF-8') : { kind: 'string', value };
    }
    case attributeType.tensor:
      return { kind: 'tensor', value: readTensor(proto.t ?? {}, context) };
    case attributeType.graph:
      return { kind: 'graph', value: readGraph(proto.g ?? {}) };
    case attributeType.floats:
      return { kind: 'floats', value: proto.floats ?? [] };
    case attributeType.ints: {
      const value = (proto.ints ?? []).map(saturatedNumber);
      return value.every((element): element is number => element !== undefined)
        ? { kind: 'ints', value }
        : opaque('an integer beyond 2^53');
    }
    case attributeType.strings: {
      const value = (proto.strings ?? []).map(decodeUtf8);
      return value.every((element): element is string => element !== undefined)
        ? { kind: 'strings', value }
        : opaque('a string that is not UTF-8');
    }
    case attributeType.tensors:
      return { kind: 'tensors', value: (proto.tensors ?? []).map((tensor) => readTensor(tensor, context)) };
    case attributeType.graphs:
      return { kind: 'graphs', value: (proto.graphs ?? []).map(readGraph) };
    case attributeType.sparseTensor:
    case attributeType.sparseTensors:
      return opaque('a sparse tensor');
    case attributeType.typeProto:
    case attributeType.typeProtos:
      return opaque('a type');
    default:
      return opaque(`an attribute of the unknown type ${proto.type ?? 0}`);
  }
}

const utf8 = new TextEncoder();

/** The proto of an attribute. `bool` becomes an integer and `bytes` a string, ONNX's nearest kinds. */
export function writeAttribute(
  name: string,
  attribute: Attribute,
  writeGraph: (graph: Graph) => GraphProto,
): AttributeProto {
  switch (attribute.kind) {
    case 'int':
    case 'bool':
      return { name, type: attributeType.int, i: saturatedInt64(Number(attribute.value)) };
    case 'float':
      return { name, type: attributeType.float, f: attribute.value };
    case 'string':
      return { name, type: attributeType.string, s: utf8.encode(attribute.value) };
    case 'bytes':
      return { name, type: attributeType.string, s: attribute.value };
    case 'ints':
      return { name, type: attributeType.ints, ...listed('ints', attribute.value.map(saturatedInt64)) };
    case 'floats':
      return { name, type: attributeType.floats, ...listed('floats', attribute.value) };
    case 'strings':
      return {
        name,
        type: attributeType.strings,
        ...listed(
          'strings',
          attribute.value.map((text) => utf8.encode(text)),
        ),
      };
    case 'tensor':
      return { name, type: attributeType.tensor, t: writeTensor(attribute.value) };
    case 'tensors':
      return { name, type: attributeType.tensors, ...listed('tensors', attribute.value.map(writeTensor)) };
    case 'graph':
      return { name, type: attributeType.graph, g: writeGraph(attribute.value) };
    case 'graphs':
      return { name, type: attributeType.graphs, ...listed('graphs', attribute.value.map(writeGraph)) };
    case 'opaque':
      return { ...decode('AttributeProto', attribute.value, `attribute ${name}`), name };
  }
}

function listed<K extends keyof AttributeProto>(
  key: K,
  values: AttributeProto[K] & readonly unknown[],
): AttributeProto {
  return values.length === 0 ? {} : { [key]: values };
}

/** The field of `AttributeProto` that holds the value of a kind which `readAttribute` understands. */
const valueField: Partial<Record<Attribute['kind'], keyof AttributeProto>> = {
  int: 'i',
  float: 'f',
  string: 's',
  tensor: 't',
  graph: 'g',
  ints: 'ints',
  floats: 'floats',
  strings: 'strings',
  tensors: 'tensors',
  graphs: 'graphs',
};

/** What a proto says beside its attribute: `doc_string`, unknown and superfluous fields; `undefined` when there is nothing. */
export function attributeRest(proto: AttributeProto, attribute: Attribute): AttributeProto | undefined {
  if (attribute.kind === 'opaque') return undefined;
  const field = valueField[attribute.kind];
  const isSaid = (key: string): boolean => key === 'name' || key === 'type' || key === field;
  const keys = Object.keys(proto);
  if (keys.every(isSaid)) return undefined;
  return Object.fromEntries(Object.entries(proto).filter(([key]) => !isSaid(key)));
}
