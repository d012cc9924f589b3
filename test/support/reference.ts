import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe } from 'vitest';

/** The folder of real models beside the checkout; absent on most machines. */
export const referenceDirectory = path.resolve(
  path.dirname(fileURLToPath(import.meta.url)),
  '../../../shared/reference',
);

/** True where the reference models can be read. */
export const hasReference = existsSync(path.join(referenceDirectory, 'models.json'));

/** A `describe` that shows as skipped where the reference models are missing. */
export const describeWithReference = describe.skipIf(!hasReference);

/** A JSON file of the reference, typed by the caller. */
export function referenceJson<T>(name: string): T {
  return JSON.parse(readFileSync(path.join(referenceDirectory, name), 'utf8')) as T;
}

/** One row of the reference's `models.json`. */
export interface ReferenceModel {
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly format: 'onnx' | 'tflite';
  readonly inputs: readonly (readonly [readonly (number | string | null)[], string])[];
  readonly outputs: readonly (readonly [readonly (number | string | null)[], string])[];
  readonly ops: number;
  readonly weight_bytes: number;
  readonly custom_ops: readonly string[];
  /** ONNX only: whether ONNX Runtime loads it. */
  readonly ort_loads?: boolean;
}

/** Every reference model; empty where they are missing. */
export function referenceModels(): readonly ReferenceModel[] {
  return hasReference ? referenceJson<ReferenceModel[]>('models.json') : [];
}

/** The bytes of a reference model. */
export function referenceBytes(model: { readonly file: string }): Uint8Array {
  return readFileSync(path.join(referenceDirectory, 'models', model.file));
}
