import { isUtf8 } from 'node:buffer';
import path from 'node:path';
import { UserError } from '../errors.ts';
import { parseLfsPointer } from '../formats/lfs-pointer.ts';
import { formatLimits } from '../formats/limits.ts';
import { modelFile } from '../formats/model-file.ts';
import { decode } from '../formats/onnx/decode.ts';
import { cleanRelativePath } from '../formats/onnx/external-data.ts';
import { isOrt } from '../formats/ort/read.ts';
import { isTflite } from '../formats/tflite/read.ts';
import { readSmallBlobs } from './blobs.ts';
import { readContent } from './lfs.ts';
import type { RawChange } from './raw-diff.ts';
import type { Repository } from './repository.ts';
import type { TreeFile } from './tree.ts';

/** Files that are looked at for what they hold, as exporters seldom write tensors into them. All others may be data of any model in a folder above. */
const namedLikeText =
  /\.(md|rst|txt|ya?ml|json|toml|ini|cfg|lock|py|ipynb|[jt]sx?|[cm][jt]s|c|h|cc|cpp|hpp|rs|go|java|kt|sh|ps1|bat|cmake|html?|css|svg|png|jpe?g|gif|csv|npz|zip|gitignore|gitattributes)$/i;

/** A file named like text of more bytes than this is not looked at: it may be data. */
const largestText = 2 ** 20;

/**
 * The changed files that an ONNX model may keep its tensors in: where a file's name does not tell, its bytes do, which are no text where they are tensors.
 * Of what is named like text only what is beside or below a model is looked at, as a partial clone fetches it for that.
 */
export async function filesWithTensors(
  repository: Repository,
  models: readonly TreeFile[],
  changed: readonly RawChange[],
): Promise<readonly string[]> {
  const folders = new Set(models.map(({ path: model }) => path.posix.dirname(model)));
  const candidates = changed.filter(({ path: file }) => !modelFile.test(file) && isBelow(file, folders));
  const doubtful = candidates.filter(({ path: file }) => namedLikeText.test(file));
  const small = await readSmallBlobs(repository, doubtful.flatMap(filesOf), largestText);
  const isText = (blob: string) => {
    const bytes = small.get(blob);
    return bytes !== undefined && !bytes.includes(0) && isUtf8(bytes) && parseLfsPointer(bytes) === undefined;
  };
  const texts = new Set(doubtful.filter((change) => filesOf(change).every(isText)));
  return candidates.filter((change) => !texts.has(change)).map(({ path: file }) => file);
}

function isBelow(file: string, folders: ReadonlySet<string>): boolean {
  for (let folder = path.posix.dirname(file); ; folder = path.posix.dirname(folder)) {
    if (folders.has(folder)) return true;
    if (folder === '.') return false;
  }
}

/** The blobs of the sides that there are. */
const filesOf = ({ baseMode, baseBlob, headMode, headBlob }: RawChange): readonly string[] => [
  ...(baseMode === absent ? [] : [baseBlob]),
  ...(headMode === absent ? [] : [headBlob]),
];
const absent = '000000';

/**
 * Those of `models`, unchanged themselves, that keep tensors in one of the `touched` files (see `filesWithTensors`). ONNX keeps external data in the model's folder or below it,
 * so that only models in a folder above a touched file are read. One that can't be read is left out: it is no change of this range.
 */
export async function modelsWithTouchedData(
  repository: Repository,
  models: readonly TreeFile[],
  touched: readonly string[],
): Promise<readonly TreeFile[]> {
  const found: TreeFile[] = [];
  for (const model of models) {
    if (/\.(ort|tflite)$/i.test(model.path)) continue;
    const folder = path.posix.dirname(model.path);
    const near = touched.filter((file) => folder === '.' || file.startsWith(`${folder}/`));
    const inside = near.map((file) => (folder === '.' ? file : file.slice(folder.length + 1)));
    if (inside.length > 0 && (await keepsTensorsIn(repository, model, inside))) found.push(model);
  }
  return found;
}

/** `files` are relative to the model's folder. */
async function keepsTensorsIn(repository: Repository, model: TreeFile, files: readonly string[]): Promise<boolean> {
  try {
    const content = await readContent(repository, model.blob, formatLimits.modelBytes, model.path);
    if (content.kind === 'lfs-pointer') {
      // What it names can't be known; exporters call the data after the model: `kws.onnx.data`, `kws.onnx_data`, `kws.data`.
      const stem = path.posix.basename(model.path).replace(/\.[^.]*$/, '');
      return files.some((file) => path.posix.basename(file).startsWith(stem));
    }
    const bytes = bufferOf(content.bytes);
    // Without the name there is no need to read the model.
    const named = files.filter((file) => bytes.includes(path.posix.basename(file)));
    if (named.length === 0) return false;
    const locations = externalLocations(content.bytes, model.path);
    return named.some((file) => locations.includes(file));
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
}

/** The files that an ONNX model keeps tensors in, as clean paths from its folder; none for what is no ONNX model. */
export function externalLocations(bytes: Uint8Array, label: string): readonly string[] {
  // The key under which ONNX names such a file: without it there is no need to read the model.
  if (isTflite(bytes) || isOrt(bytes) || !bufferOf(bytes).includes('location')) return [];
  try {
    return [...locationsIn(decode('ModelProto', bytes, label))];
  } catch (error) {
    if (error instanceof UserError) return [];
    throw error;
  }
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The clean paths of external data anywhere in a decoded model. */
function locationsIn(message: unknown, found: Set<string> = new Set()): ReadonlySet<string> {
  if (typeof message !== 'object' || message === null || ArrayBuffer.isView(message)) return found;
  for (const [key, value] of Object.entries(message)) {
    if (key === 'externalData' && Array.isArray(value)) {
      for (const entry of value as readonly { readonly key?: string; readonly value?: string }[]) {
        const location = entry.key === 'location' ? cleanRelativePath(entry.value ?? '') : undefined;
        if (location !== undefined) found.add(location);
      }
    } else locationsIn(value, found);
  }
  return found;
}
