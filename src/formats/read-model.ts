import path from 'node:path';
import { UserError } from '../errors.ts';
import type { Graph, ModelFormat } from '../graph/graph.ts';
import { parseLfsPointer } from './lfs-pointer.ts';
import { type ReadOnnxOptions, readOnnx } from './onnx/read.ts';
import { hasMessageField } from './onnx/wire.ts';
import { isOrt, readOrt } from './ort/read.ts';
import { isTflite, readTflite } from './tflite/read.ts';

/** `ModelProto.graph` (onnx.proto): without it a protobuf file is no model. */
const graphField = 7;

/** How files start that are often taken for models, and what to do with them. */
const otherFormats: readonly { readonly name: string; readonly offset: number; readonly start: string }[] = [
  { name: 'an HDF5 (Keras .h5) file', offset: 0, start: '\x89HDF\r\n\x1a\n' },
  { name: 'a zip archive (.keras, .pt, .zip)', offset: 0, start: 'PK\x03\x04' },
  { name: 'an ExecuTorch (.pte) file', offset: 4, start: 'ET12' },
  { name: 'a GGUF file', offset: 0, start: 'GGUF' },
  { name: 'a web page', offset: 0, start: '<' },
];

/**
 * The graph of a model file, its format told by its content and, where that says nothing, by its extension.
 * @param filePath how messages name the file
 * @throws UserError when it is empty, a git-LFS pointer, no known format or damaged
 */
export function readModel(
  bytes: Uint8Array,
  filePath: string,
  options: ReadOnnxOptions = {},
): { readonly format: ModelFormat; readonly graph: Graph } {
  const format = modelFormatOf(bytes, filePath);
  switch (format) {
    case 'onnx':
      return { format, graph: readOnnx(bytes, filePath, options) };
    case 'ort':
      return { format, graph: readOrt(bytes, filePath) };
    case 'tflite':
      return { format, graph: readTflite(bytes, filePath) };
  }
}

/** The format that a model file is of, or claims to be of by its extension. @throws UserError as `readModel`, except for damage */
export function modelFormatOf(bytes: Uint8Array, filePath: string): ModelFormat {
  if (bytes.byteLength === 0) throw new UserError(`${filePath} is empty; commit the model again.`);
  const pointer = parseLfsPointer(bytes);
  if (pointer !== undefined) {
    throw new UserError(
      `${filePath} is a git-LFS pointer to ${pointer.size} bytes, not the model itself; add \`lfs: true\` to the actions/checkout step.`,
    );
  }
  if (isTflite(bytes)) return 'tflite';
  if (isOrt(bytes)) return 'ort';
  const other = otherFormats.find(({ offset, start }) => startsWith(bytes, offset, start));
  if (other === undefined && hasMessageField(bytes, graphField)) return 'onnx';
  const extension = path.extname(filePath).toLowerCase();
  if (other === undefined && extension === '.onnx') return 'onnx';
  if (other === undefined && extension === '.tflite') return 'tflite';
  throw new UserError(
    `${filePath} is ${other?.name ?? 'of an unknown format'}; only ONNX (.onnx), ONNX Runtime (.ort) and TensorFlow Lite (.tflite) models are read, export it as one of them.`,
  );
}

function startsWith(bytes: Uint8Array, offset: number, start: string): boolean {
  return [...start].every((character, index) => bytes[offset + index] === character.charCodeAt(0));
}
