import type { Graph } from '../../graph/graph.ts';
import { DamageError, targetOf } from '../flatbuffer/bytes.ts';
import type { Decoding } from '../flatbuffer/decode.ts';
import { decodeTable } from '../flatbuffer/decode.ts';
import { formatLimits } from '../limits.ts';
import type { Metadata, ModelExtras, Signature } from './extras.ts';
import { readBuffers, readOperatorCodes } from './read-buffers.ts';
import { readSubgraph } from './read-subgraph.ts';
import type { Notes, Reading } from './reading.ts';
import { at, indexBelow, mapAt, note } from './reading.ts';
import type { ModelRecord, SignatureRecord, TensorMapRecord } from './records.ts';
import { tableType } from './schema/schema.ts';
import { readTrailingBytes } from './trailing-bytes.ts';

/** The only version of the schema that has buffers of its own; all later changes kept it. */
export const schemaVersion = 3;

/** Says where the constants of models over 2 GiB are. It is about the file, not the model; what we write has them inside. */
const bufferLocation = 'buffer_location';

/** The whole model. @throws DamageError where the bytes cannot be one */
export function readModelTable(decoding: Decoding, notes: Notes): Graph {
  // The schema tables make the record what its type says.
  const model = decodeTable(decoding, tableType('Model'), targetOf(decoding.source, 0)) as ModelRecord;
  if (model.version !== schemaVersion)
    note(notes, `The schema's version is ${model.version}; runtimes load ${schemaVersion}.`);
  const reading: Reading = {
    decoding,
    notes,
    operatorCodes: readOperatorCodes(decoding, model, notes),
    usedOperatorCodes: new Set(),
    buffers: readBuffers(decoding, model),
    usedBuffers: new Set(),
    strings: new Map(),
  };
  checkTotals(model);
  const [main, ...subgraphs] = mapAt(decoding, 'subgraphs', model.subgraphs, (record) => readSubgraph(reading, record));
  if (main === undefined) throw new DamageError('has no subgraph');
  const extras = readExtras(reading, model, [main, ...subgraphs]);
  const kept = notes.dropped === 0 ? notes.kept : [...notes.kept, `And ${notes.dropped} more.`];
  return { ...main, subgraphs, notes: kept, extras: { ...main.extras, ...extras } };
}

function checkTotals(model: ModelRecord): void {
  for (const field of ['tensors', 'operators'] as const) {
    const total = (model.subgraphs ?? []).reduce((sum, subgraph) => sum + (subgraph[field]?.length ?? 0), 0);
    if (total > formatLimits[field]) {
      throw new DamageError(`has ${total} ${field}, over the limit of ${formatLimits[field]}`);
    }
  }
}

function readExtras(reading: Reading, model: ModelRecord, graphs: readonly Graph[]): ModelExtras {
  const { decoding, buffers, operatorCodes, notes } = reading;
  const contentOf = (buffer: number): Uint8Array => {
    const index = indexBelow(buffers.length, buffer, 'buffer');
    reading.usedBuffers.add(index);
    return buffers[index] ?? new Uint8Array(0);
  };
  const metadata = mapAt(decoding, 'metadata', model.metadata, (entry): Metadata => {
    return { name: entry.name ?? '', data: contentOf(entry.buffer) };
  }).filter((entry) => entry.name !== bufferLocation);
  const metadataBuffers = mapAt(decoding, 'metadata_buffer', model.metadata_buffer, contentOf);
  const signatures = mapAt(decoding, 'signature_defs', model.signature_defs, (record) =>
    readSignature(decoding, record, graphs),
  );
  const unusedCodes = operatorCodes.filter((_, index) => !reading.usedOperatorCodes.has(index));
  const unusedBuffers = buffers.filter(
    (data, index): data is Uint8Array => data !== undefined && data.length > 0 && !reading.usedBuffers.has(index),
  );
  if (buffers[0]?.length)
    note(notes, `Buffer 0 stands for "no data" and has ${buffers[0].length} bytes; they are kept unused.`);
  if (model.external_buffers?.length) note(notes, 'Constants in files beside the model are named but not read.');
  const trailing = readTrailingBytes(decoding, graphs, notes);
  return {
    ...(model.version === schemaVersion ? {} : { version: model.version }),
    ...(model.description ? { description: model.description } : {}),
    ...(metadata.length === 0 ? {} : { metadata }),
    ...(metadataBuffers.length === 0 ? {} : { metadataBuffers }),
    ...(signatures.length === 0 ? {} : { signatures }),
    ...(model.external_buffer_groups?.length
      ? { externalBufferGroups: model.external_buffer_groups.map(({ name }) => name ?? '') }
      : {}),
    ...(model.external_buffers?.length ? { externalBuffers: model.external_buffers } : {}),
    ...(unusedCodes.length === 0 ? {} : { unusedOperatorCodes: unusedCodes }),
    ...(unusedBuffers.length === 0 ? {} : { unusedBuffers }),
    ...(trailing === undefined ? {} : { trailingBytes: trailing }),
    ...(notes.unwritable.length === 0 ? {} : { unwritable: notes.unwritable }),
  };
}

function readSignature(decoding: Decoding, record: SignatureRecord, graphs: readonly Graph[]): Signature {
  const subgraph = indexBelow(graphs.length, record.subgraph_index, 'subgraph');
  const tensors = graphs[subgraph]?.tensors.length ?? 0;
  const aliases = (field: 'inputs' | 'outputs') =>
    mapAt(decoding, field, record[field], ({ name, tensor_index: tensor }: TensorMapRecord) => ({
      name: name ?? '',
      tensor: at(decoding, ['tensor_index'], () => indexBelow(tensors, tensor, 'tensor')),
    }));
  return {
    key: record.signature_key ?? '',
    subgraph,
    inputs: aliases('inputs'),
    outputs: aliases('outputs'),
    ...(record.deprecated_tag ? { deprecatedTag: record.deprecated_tag } : {}),
  };
}
