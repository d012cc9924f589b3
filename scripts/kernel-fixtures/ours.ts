import { readTflite } from '../../src/formats/tflite/read.ts';
import { openInterpreter } from '../../src/kernels/run-graph.ts';
import type { TypedArray, Value } from '../../src/kernels/values.ts';
import { tflmArena } from '../../src/runtimes/tflm/arena/arena.ts';
import type { KernelBuild } from '../../src/runtimes/tflm/kernels.ts';
import { generator, nextInteger } from './generator.ts';

/** The outputs of the last of several invocations. Inputs come from one generator, whose first seed is 1 and which runs on over all. */
export function runOurs(bytes: Uint8Array, name: string, invocations: number, fast = true): readonly TypedArray[] {
  const interpreter = openInterpreter(readTflite(bytes, name), { fast });
  const next = generator(1);
  let outputs: readonly TypedArray[] = [];
  for (let invocation = 0; invocation < invocations; invocation++) {
    outputs = interpreter.run(interpreter.inputs.map((value) => drawn(value, next)));
  }
  return outputs;
}

function drawn({ dtype, values }: Value, next: () => number): TypedArray {
  const made = values.slice();
  for (let index = 0; index < made.length; index++) {
    const number = dtype === 'float32' ? (next() >>> 20) / 2048 - 1 : nextInteger(dtype, next);
    if (made instanceof BigInt64Array || made instanceof BigUint64Array) made[index] = BigInt(number);
    else made[index] = number;
  }
  return made;
}

/** The builds that stand for the two emulated cores. */
export const builds = {
  m4: { library: 'cmsis-nn', vectors: 'dsp' },
  m55: { library: 'cmsis-nn', vectors: 'mve' },
} as const satisfies Readonly<Record<string, KernelBuild>>;

/** Bytes of the arena that are used, and of the smallest that is enough. */
export function arenaOf(bytes: Uint8Array, name: string, build: KernelBuild): readonly [number, number] {
  const { arenaUsed, arenaRequired } = tflmArena(readTflite(bytes, name), build).memory;
  return [arenaUsed, arenaRequired];
}

/** The 32-bit FNV-1a hash, as eight hexadecimal digits. */
export function fnv1a(bytes: Uint8Array): string {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
