import { UserError } from '../../errors.ts';
import type { Graph } from '../../graph/graph.ts';
import { formatLimits } from '../limits.ts';
import { decode } from './decode.ts';
import { type OnnxGraphExtras, type OpsetImport, present, unlisted } from './extras.ts';
import { limits } from './limits.ts';
import type { Int64, ModelProto } from './messages.ts';
import { listsInitializers } from './opset.ts';
import type { ExternalData } from './read-context.ts';
import { readGraph } from './read-graph.ts';
import { plainDomain } from './read-operator.ts';

export interface ReadOnnxOptions {
  /** Called once per file that the model keeps tensor data in, with a clean relative path; without it, external data is missing. */
  readonly externalData?: ExternalData;
}

/**
 * The graph of an ONNX model. Whatever a `Graph` has no place for is in its extras, and named in `notes` where it is not understood.
 * @throws UserError naming `label` when the bytes are damaged, contradict themselves, exceed the limits, or external data cannot be had
 */
export function readOnnx(bytes: Uint8Array, label: string, options: ReadOnnxOptions = {}): Graph {
  if (bytes.byteLength > formatLimits.modelBytes) {
    throw new UserError(
      `${label} has ${bytes.byteLength} bytes, over the limit of ${formatLimits.modelBytes}; use a smaller model.`,
    );
  }
  // A plain view: slices of a Buffer would be Buffers.
  const view = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const unknownFields = new Map<string, number>();
  const model = decode('ModelProto', view, label, unknownFields);
  const unknown = [...unknownFields]
    .sort()
    .map(([field, count]) => `The field ${field} is not known or not UTF-8; it is kept as it is (${count}).`);
  return graphOfModel(model, label, options, unknown);
}

/** The graph of a model that was decoded; see `readOnnx`. `remarks` are notes on its decoding. @throws UserError as `readOnnx` */
export function graphOfModel(
  model: ModelProto,
  label: string,
  options: ReadOnnxOptions,
  remarks: readonly string[],
): Graph {
  if (model.graph === undefined) {
    throw new UserError(`${label} is an ONNX file without a graph, or no ONNX file at all; export the model again.`);
  }
  const notes: string[] = [];
  const opsets = readOpsets(model, label);
  const versions = new Map<string, number>();
  for (const { domain, version } of opsets) {
    if (!versions.has(plainDomain(domain))) versions.set(plainDomain(domain), version);
  }
  const versionOf = (domain: string): number => {
    const version = versions.get(domain);
    if (version !== undefined) return version;
    notes.push(
      `The operator set of domain ${JSON.stringify(domain)} is used without being imported; it is taken as version 1.`,
    );
    versions.set(domain, 1);
    return 1;
  };
  const left = { operators: formatLimits.operators, tensors: formatLimits.tensors, outsideBytes: limits.outsideBytes };
  const context = { label, externalData: remembered(options.externalData), notes, left };
  const graph = readGraph(model.graph, { context, versionOf, outer: () => undefined });
  if (model.functions !== undefined)
    notes.push(`The model defines ${model.functions.length} functions; they are kept as they are.`);
  if (model.trainingInfo !== undefined) notes.push('The model has training information; it is kept as it is.');
  notes.push(...remarks);
  const { irVersion, opsetImport: _opsetImport, graph: _graph, ...rest } = model;
  const ir = readVersion(irVersion, 'IR version', label);
  const tensors = listsInitializers(ir) ? graph.tensors.map(unlisted) : graph.tensors;
  const extras = present<OnnxGraphExtras>({
    ...graph.extras,
    irVersion: ir,
    opsets,
    model: present<ModelProto>(rest),
  });
  return { ...graph, tensors, notes: shortened(notes), extras: extras ?? {} };
}

/** A file that states no IR version is of the first one with a number (onnx.proto, `Version`). */
function readVersion(version: Int64 | undefined, what: string, label: string): number {
  if (version === undefined) return 1;
  if (typeof version === 'number' && version >= 0 && version < 2 ** 31) return version;
  throw new UserError(`${label} states the impossible ${what} ${version}; export the model again.`);
}

function readOpsets(model: ModelProto, label: string): readonly OpsetImport[] {
  return (model.opsetImport ?? []).map(({ domain, version, unknown }) => ({
    domain: domain ?? '',
    version: readVersion(version, 'operator set version', label),
    ...(unknown === undefined ? {} : { unknown }),
  }));
}

function remembered(externalData: ExternalData | undefined): ExternalData | undefined {
  if (externalData === undefined) return undefined;
  const files = new Map<string, Uint8Array | undefined>();
  return (path) => {
    if (!files.has(path)) files.set(path, externalData(path));
    return files.get(path);
  };
}

function shortened(notes: readonly string[]): readonly string[] {
  const rest = notes.length - formatLimits.notes;
  return rest <= 0 ? notes : [...notes.slice(0, formatLimits.notes), `And ${rest} more.`];
}
