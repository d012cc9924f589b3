import { UserError } from '../../errors.ts';
import type { Graph } from '../../graph/graph.ts';
import { encode } from './encode.ts';
import { graphExtras } from './extras.ts';
import { limits } from './limits.ts';
import type { ModelProto, OperatorSetIdProto } from './messages.ts';
import { irVersionOf, listsInitializers, opsetImports } from './opset.ts';
import { writeGraph } from './write-graph.ts';

/**
 * The ONNX file of a graph of the ONNX dialect; the same bytes for the same graph. Constants are inside the file.
 * @throws UserError when it would be 2 GiB or more
 * @throws TypeError for graphs that ONNX cannot say, which is a bug in what made them
 */
export function writeOnnx(graph: Graph): Uint8Array {
  return encode('ModelProto', modelProto(graph));
}

/** The message that a file of the graph holds. @throws see `writeOnnx` */
export function modelProto(graph: Graph): ModelProto {
  if (graph.dialect !== 'onnx') throw new TypeError(`graph "${graph.name}" is of the dialect ${graph.dialect}`);
  const constantBytes = graph.tensors.reduce((total, { data }) => total + (data?.byteLength ?? 0), 0);
  if (constantBytes > limits.fileBytes) {
    throw new UserError(
      `the model ${JSON.stringify(graph.name)} has ${constantBytes} bytes of weights; an ONNX file ends at 2 GiB.`,
    );
  }
  const { model } = graphExtras(graph);
  const opsetImport = opsetImports(graph).map(
    ({ domain, version, unknown }): OperatorSetIdProto => ({
      ...(domain === '' ? {} : { domain }),
      version,
      ...(unknown === undefined ? {} : { unknown }),
    }),
  );
  return {
    ...model,
    irVersion: irVersionOf(graph),
    graph: writeGraph(graph, listsInitializers(irVersionOf(graph))),
    ...(opsetImport.length === 0 ? {} : { opsetImport }),
  };
}
