import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { readTflite } from '../src/formats/tflite/read.ts';
import type { Graph } from '../src/graph/graph.ts';
import { referenceDirectory as folder } from './reference.ts';

/** What TensorFlow Lite Micro itself did with a model on one core. */
export interface TflmRun {
  readonly status: 'ok' | 'alloc_fail' | 'invoke_fail';
  /** Operator and instructions, in order of execution; counted in steps of 40. */
  readonly ops?: readonly (readonly [string, number])[];
  readonly arena_used?: number;
  readonly arena_min?: number;
  readonly instructions?: number;
  readonly why?: readonly string[];
}

export type TflmCore = 'm4' | 'm55';

export interface TflmModel {
  readonly file: string;
  readonly graph: Graph;
  readonly runs: Readonly<Partial<Record<TflmCore, TflmRun>>>;
}

/** Every model that TensorFlow Lite Micro was run on, read by ours. @throws Error where the reference models are missing. */
export function tflmModels(): readonly TflmModel[] {
  if (!existsSync(folder)) throw new Error(`The reference models are not at ${folder}.`);
  const runs = JSON.parse(readFileSync(path.join(folder, 'tflm.json'), 'utf8')) as Record<string, TflmModel['runs']>;
  return Object.entries(runs).map(([file, own]) => ({
    file,
    graph: readTflite(readFileSync(path.join(folder, 'models', file)), file),
    runs: own,
  }));
}

/** Half of the models, chosen by a hash of the file's name: these are fitted, the others are predicted. */
export function isFitted(file: string): boolean {
  const name = file.split('/').at(-1) ?? file;
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return (hash >>> 16) % 2 === 0;
}

/** The value below which a share of the values lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

/** A fraction as per cent with one decimal. */
export function percent(fraction: number): string {
  return `${(100 * fraction).toFixed(1)} %`;
}
