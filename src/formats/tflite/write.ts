import { UserError } from '../../errors.ts';
import type { Graph, Tensor } from '../../graph/graph.ts';
import { encodeTable, encoding } from '../flatbuffer/encode.ts';
import type { OperatorCode, Signature } from './extras.ts';
import { allSubgraphs, modelExtras, operatorExtras } from './extras.ts';
import { schemaVersion } from './read-model.ts';
import type { BufferRecord, ModelRecord, OperatorCodeRecord, SignatureRecord, SubGraphRecord } from './records.ts';
import { tableType, tfliteSchema } from './schema/schema.ts';
import { packStrings } from './strings.ts';
import { operatorCodeRecord, operatorRecord } from './write-operator.ts';
import { tensorRecord } from './write-tensor.ts';

/**
 * The `.tflite` file of a graph: the same graph gives the same bytes, and reading them gives the same graph.
 * Constants are aligned to 16 bytes; tensors share a buffer where their `data` (or `strings`) is the same object.
 * @throws UserError when the graph has something that the format, or this writer, cannot hold
 */
export function writeTflite(graph: Graph): Uint8Array {
  if (graph.dialect !== 'tflite') throw new RangeError(`a graph of dialect ${graph.dialect} is not TensorFlow Lite`);
  const extras = modelExtras(graph);
  const [lost] = extras.unwritable ?? [];
  if (lost !== undefined) {
    throw new UserError(
      `The model cannot be written back without loss (${lost.replace(/\.$/, '')}); use the recipe "none" to keep it as it is.`,
    );
  }
  const buffers = bufferList();
  const codes = codeList();
  const subgraphs = allSubgraphs(graph).map((subgraph) => subgraphRecord(subgraph, buffers, codes));
  const metadata = extras.metadata?.map(({ name, data }) => ({ name, buffer: buffers.placeOf(data) }));
  const metadataBuffers = extras.metadataBuffers?.map(buffers.placeOf);
  for (const data of extras.unusedBuffers ?? []) buffers.records.push(bufferRecord(data));
  for (const code of extras.unusedOperatorCodes ?? []) codes.records.push(operatorCodeRecord(code));
  const model: ModelRecord = {
    version: extras.version ?? schemaVersion,
    operator_codes: codes.records,
    subgraphs,
    ...(extras.description === undefined ? {} : { description: extras.description }),
    buffers: buffers.records,
    ...(metadataBuffers === undefined ? {} : { metadata_buffer: metadataBuffers }),
    ...(metadata === undefined ? {} : { metadata }),
    ...(extras.signatures === undefined ? {} : { signature_defs: extras.signatures.map(signatureRecord) }),
    ...(extras.externalBufferGroups === undefined
      ? {}
      : { external_buffer_groups: extras.externalBufferGroups.map((name) => ({ name })) }),
    ...(extras.externalBuffers === undefined ? {} : { external_buffers: extras.externalBuffers }),
  };
  return withTrailing(encodeModel(model), extras.trailingBytes);
}

function encodeModel(model: ModelRecord): Uint8Array {
  const content = (model.buffers ?? []).reduce((sum, { data }) => sum + (data?.length ?? 0) + 32, 0);
  const target = encoding(tfliteSchema, content + 2 ** 16);
  target.builder.finish(encodeTable(target, tableType('Model'), model), 'TFL3');
  // A copy: the builder's own memory is larger.
  return target.builder.asUint8Array().slice();
}

function withTrailing(bytes: Uint8Array, trailing: Uint8Array | undefined): Uint8Array {
  if (trailing === undefined) return bytes;
  const whole = new Uint8Array(bytes.length + trailing.length);
  whole.set(bytes);
  whole.set(trailing, bytes.length);
  return whole;
}

function subgraphRecord(graph: Graph, buffers: BufferList, codes: CodeList): SubGraphRecord {
  const { debugMetadataIndex } = modelExtras(graph);
  return {
    tensors: graph.tensors.map((tensor) => tensorRecord(tensor, buffers.placeOfContent(tensor))),
    inputs: graph.inputs,
    outputs: graph.outputs,
    operators: graph.operators.map((operator) => {
      const { customCode } = operatorExtras(operator);
      const { type, domain, version } = operator;
      const code = { type, domain, version, ...(customCode === undefined ? {} : { customCode }) };
      return operatorRecord(operator, codes.placeOf(code));
    }),
    ...(graph.name === '' ? {} : { name: graph.name }),
    debug_metadata_index: debugMetadataIndex ?? -1,
  };
}

function signatureRecord({ key, subgraph, inputs, outputs, deprecatedTag }: Signature): SignatureRecord {
  const aliases = (list: Signature['inputs']) => list.map(({ name, tensor }) => ({ name, tensor_index: tensor }));
  return {
    inputs: aliases(inputs),
    outputs: aliases(outputs),
    signature_key: key,
    ...(deprecatedTag === undefined ? {} : { deprecated_tag: deprecatedTag }),
    subgraph_index: subgraph,
  };
}

interface BufferList {
  readonly records: BufferRecord[];
  /** The buffer that has these bytes, a new one for an object not seen before. */
  readonly placeOf: (data: Uint8Array) => number;
  /** The buffer of a tensor's content; 0 for what is computed at run time. */
  readonly placeOfContent: (tensor: Tensor) => number;
}

function bufferRecord(data: Uint8Array): BufferRecord {
  return { data, offset: 0, size: 0 };
}

function bufferList(): BufferList {
  // Buffer 0 is the schema's sentinel for tensors without data.
  const records: BufferRecord[] = [{ offset: 0, size: 0 }];
  const places = new Map<object, number>();
  const place = (identity: object, data: () => Uint8Array) => {
    const known = places.get(identity);
    if (known !== undefined) return known;
    places.set(identity, records.length);
    return records.push(bufferRecord(data())) - 1;
  };
  return {
    records,
    placeOf: (data) => place(data, () => data),
    placeOfContent: ({ data, strings }) => {
      if (data !== undefined) return place(data, () => data);
      return strings === undefined ? 0 : place(strings, () => packStrings(strings));
    },
  };
}

interface CodeList {
  readonly records: OperatorCodeRecord[];
  readonly placeOf: (code: OperatorCode) => number;
}

function codeList(): CodeList {
  const records: OperatorCodeRecord[] = [];
  const places = new Map<string, number>();
  return {
    records,
    placeOf: (code) => {
      const key = JSON.stringify([code.domain, code.type, code.version, code.customCode]);
      const known = places.get(key);
      if (known !== undefined) return known;
      places.set(key, records.length);
      return records.push(operatorCodeRecord(code)) - 1;
    },
  };
}
