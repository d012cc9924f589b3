import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { readTflite } from '../../src/formats/tflite/read.ts';
import { openInterpreter } from '../../src/kernels/run-graph.ts';
import type { TypedArray, Value } from '../../src/kernels/values.ts';
import { referenceDirectory } from './reference.ts';

interface RecordedOutput {
  readonly bytes: number;
  /** The first 256 bytes, in hexadecimal. */
  readonly head: string;
  /** FNV-1a of all bytes, 32 bits. */
  readonly fnv1a: string;
}

type Core = 'm4' | 'm55';

/** A reference model, and the outputs that TensorFlow Lite Micro gave on each core that ran it. */
export interface ReferenceRun {
  readonly file: string;
  readonly outputs: Readonly<Partial<Record<Core, readonly RecordedOutput[]>>>;
}

/** How one output of ours compares with a recorded one. */
export interface OutputComparison {
  readonly core: Core;
  readonly output: number;
  readonly type: string;
  /** Integers: every bit. Floats: those recorded within 1e-5 of the largest magnitude, or every bit. */
  readonly equal: boolean;
  /** Every bit. */
  readonly exact: boolean;
  readonly note: string;
}

/** Every model that TensorFlow Lite Micro ran on at least one core; empty where the reference is missing. */
export function referenceRuns(): readonly ReferenceRun[] {
  const file = path.join(referenceDirectory, 'tflm.json');
  if (!existsSync(file)) return [];
  const table = JSON.parse(readFileSync(file, 'utf8')) as Record<
    string,
    Partial<Record<Core, { readonly outputs?: readonly RecordedOutput[] }>>
  >;
  return Object.entries(table)
    .map(([name, { m4, m55 }]) => ({
      file: name,
      outputs: {
        ...(m4?.outputs === undefined ? {} : { m4: m4.outputs }),
        ...(m55?.outputs === undefined ? {} : { m55: m55.outputs }),
      },
    }))
    .filter(({ outputs }) => Object.keys(outputs).length > 0);
}

/** Runs a model once on the inputs that the recording used, and compares each output on each core; an error is a difference. */
export function compareWithReference(run: ReferenceRun): readonly OutputComparison[] {
  const cores = Object.entries(run.outputs) as [Core, readonly RecordedOutput[]][];
  try {
    const graph = readTflite(readFileSync(path.join(referenceDirectory, 'models', run.file)), run.file);
    const interpreter = openInterpreter(graph);
    const outputs = interpreter.run(recordedInputs(interpreter.inputs));
    return cores.flatMap(([core, recorded]) =>
      recorded.map((expected, output) => compare(core, output, outputs[output], expected)),
    );
  } catch (error) {
    const note = error instanceof Error ? error.message : String(error);
    return cores.flatMap(([core, recorded]) =>
      recorded.map((_, output) => ({ core, output, type: '?', equal: false, exact: false, note })),
    );
  }
}

/** The inputs of the recording: a linear congruential generator that runs on over all inputs; floats from its upper 12 bits, else bytes. */
export function recordedInputs(inputs: readonly Value[]): readonly TypedArray[] {
  let state = 1;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state;
  };
  return inputs.map(({ values }) => {
    const made = values.slice();
    if (made instanceof Float32Array) {
      for (let index = 0; index < made.length; index++) made[index] = (next() >>> 20) / 2048 - 1;
    } else {
      const bytes = new Uint8Array(made.buffer);
      for (let index = 0; index < bytes.length; index++) bytes[index] = next() >>> 24;
    }
    return made;
  });
}

function compare(core: Core, output: number, ours: TypedArray | undefined, expected: RecordedOutput): OutputComparison {
  const type = ours === undefined ? 'nothing' : typeName(ours);
  if (ours === undefined || ours.byteLength !== expected.bytes) {
    const note = `${expected.bytes} bytes recorded, ${ours?.byteLength ?? 0} ours`;
    return { core, output, type, equal: false, exact: false, note };
  }
  const bytes = new Uint8Array(ours.buffer, ours.byteOffset, ours.byteLength);
  const exact = fnv1a(bytes) === expected.fnv1a;
  const head = Uint8Array.from(Buffer.from(expected.head, 'hex'));
  const theirs = new (ours.constructor as new (buffer: ArrayBuffer) => TypedArray)(head.buffer);
  let largest = 0;
  let worst = 0;
  let different = 0;
  for (let index = 0; index < theirs.length; index++) {
    const a = Number(ours[index]);
    const b = Number(theirs[index]);
    largest = Math.max(largest, Math.abs(b));
    if (Object.is(a, b)) continue;
    different += 1;
    worst = Math.max(worst, Number.isFinite(a - b) ? Math.abs(a - b) : Number.POSITIVE_INFINITY);
  }
  const close = ours instanceof Float32Array && worst <= 1e-5 * largest;
  const note = exact
    ? 'to the bit'
    : `${different} of the first ${theirs.length} elements differ, by at most ${worst} (largest magnitude ${largest})`;
  return { core, output, type, equal: exact || close, exact, note };
}

function typeName(values: TypedArray): string {
  return values.constructor.name.replace('Array', '').toLowerCase();
}

/** The 32-bit FNV-1a hash, as eight hexadecimal digits. */
function fnv1a(bytes: Uint8Array): string {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
