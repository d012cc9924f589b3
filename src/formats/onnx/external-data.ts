import { UserError } from '../../errors.ts';
import { parseLfsPointer } from '../lfs-pointer.ts';
import type { TensorProto } from './messages.ts';
import { type ReadContext, takeOutsideBytes } from './read-context.ts';

/** `data_location` of a tensor whose content lies in another file (onnx.proto, `TensorProto.DataLocation`). */
export const externalLocation = 1;

/**
 * The path as it may be handed on: forward slashes, no empty or `.` segments; `undefined` when it could leave the model's folder
 * (absolute, `..`, drive letters and URL schemes, backslashes, control characters).
 */
export function cleanRelativePath(location: string): string | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  if (location === '' || /[\\\u0000-\u001f\u007f:]/.test(location) || location.startsWith('/')) return undefined;
  const segments = location.split('/').filter((segment) => segment !== '.');
  return segments.length === 0 || segments.some((segment) => segment === '' || segment === '..')
    ? undefined
    : segments.join('/');
}

/**
 * The `bytes` bytes of content that a tensor keeps in another file (onnx.proto, `external_data`: keys `location`, `offset`, `length`).
 * @throws UserError naming the model, the tensor and the file when it is missing, outside the model's folder, an LFS pointer or too short
 */
export function externalContent(proto: TensorProto, bytes: number, context: ReadContext): Uint8Array {
  const { label, externalData } = context;
  const entries = new Map((proto.externalData ?? []).map(({ key, value }) => [key, value]));
  const location = entries.get('location') ?? '';
  const where = `${label}: tensor ${JSON.stringify(proto.name ?? '')} keeps its data in ${JSON.stringify(location)}`;
  const path = cleanRelativePath(location);
  if (path === undefined) {
    throw new UserError(`${where}, which is not a path inside the model's folder; save the data beside the model.`);
  }
  const file = externalData?.(path);
  if (file === undefined) throw new UserError(`${where}, which is not there; commit that file beside the model.`);
  const pointer = parseLfsPointer(file);
  if (pointer !== undefined) {
    throw new UserError(`${where}, which is a git-LFS pointer; add \`lfs: true\` to the actions/checkout step.`);
  }
  const offset = wholeNumber(entries.get('offset') ?? '0');
  const length = wholeNumber(entries.get('length') ?? String(bytes));
  if (offset === undefined || length === undefined) {
    throw new UserError(`${where} with an offset or length that is not a whole number; export the model again.`);
  }
  if (length !== bytes) {
    throw new UserError(`${where} as ${length} bytes, but its shape needs ${bytes}; export the model again.`);
  }
  if (offset + length > file.byteLength) {
    throw new UserError(
      `${where} up to byte ${offset + length}, but that file has ${file.byteLength}; commit both files again.`,
    );
  }
  takeOutsideBytes(context, length);
  return new Uint8Array(file.buffer, file.byteOffset + offset, length).slice();
}

function wholeNumber(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
