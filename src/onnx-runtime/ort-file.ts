import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { messageOf, UserError } from '../errors.ts';
import { loadOnnxRuntime } from './load.ts';

/** The extension of ONNX Runtime's own format, which builds of it for small devices load alone. */
export const ortExtension = '.ort';

/**
 * An ONNX model in ONNX Runtime's own format, for any CPU: what it would rewrite when it loads the model is done.
 * @throws UserError when ONNX Runtime cannot be had or refuses the model
 */
export async function ortFile(model: Uint8Array): Promise<Uint8Array> {
  const runtime = await loadOnnxRuntime();
  const folder = mkdtempSync(path.join(tmpdir(), 'edge-ready-ort-'));
  const file = path.join(folder, `model${ortExtension}`);
  try {
    await runtime.saveOrt(model, file);
    return readFileSync(file);
  } catch (error) {
    throw new UserError(`ONNX Runtime does not write this model as .ort: ${messageOf(error).split('\n')[0]}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
