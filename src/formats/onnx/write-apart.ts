import type { Graph } from '../../graph/graph.ts';
import { encode } from './encode.ts';
import { externalLocation } from './external-data.ts';
import type { TensorProto } from './messages.ts';
import { modelProto } from './write.ts';

/** Bytes that a model's constants refer to by a name, as they would to a file beside it. */
export interface OnnxContent {
  readonly path: string;
  readonly data: Uint8Array;
}

/** A model without the content of its large constants, and where that lies. */
export interface OnnxApart {
  readonly model: Uint8Array;
  readonly content: readonly OnnxContent[];
}

/** Bytes of a constant from which on its content stays out of the model: shapes and the like are looked at before any content is. */
const large = 1024;

/**
 * As `writeOnnx`, with the content of large constants left where it is in memory: the model refers to it as external data. For whoever reads it at once, and needs no second copy of the weights.
 * @throws see `writeOnnx`
 */
export function writeOnnxApart(graph: Graph): OnnxApart {
  const proto = modelProto(graph);
  const content = new Map<ArrayBufferLike, OnnxContent>();
  const apart = (tensor: TensorProto): TensorProto => {
    const { rawData, ...rest } = tensor;
    if (rawData === undefined || rawData.byteLength < large) return tensor;
    const { buffer, byteOffset, byteLength } = rawData;
    const file = content.get(buffer) ?? { path: `content-${content.size}`, data: new Uint8Array(buffer) };
    content.set(buffer, file);
    const entries = { location: file.path, offset: String(byteOffset), length: String(byteLength) };
    return {
      ...rest,
      dataLocation: externalLocation,
      externalData: Object.entries(entries).map(([key, value]) => ({ key, value })),
    };
  };
  const initializer = proto.graph?.initializer?.map(apart);
  const model = encode('ModelProto', {
    ...proto,
    graph: { ...proto.graph, ...(initializer === undefined ? {} : { initializer }) },
  });
  return { model, content: [...content.values()] };
}
