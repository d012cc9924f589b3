import { nearest } from '../basics/nearest.ts';
import { UserError } from '../errors.ts';
import { ai8x } from './ai8x/runtime.ts';
import { espDl } from './esp-dl/runtime.ts';
import { ethosU } from './ethos-u/runtime.ts';
import { glow } from './glow/runtime.ts';
import { litert } from './litert/runtime.ts';
import { onnxruntime } from './onnxruntime/runtime.ts';
import type { Runtime } from './runtime.ts';
import { stEdgeAi } from './st-edge-ai/runtime.ts';
import { synap } from './synap/runtime.ts';
import { tensorrt } from './tensorrt/runtime.ts';
import { tflm } from './tflm/runtime.ts';
import { tvmRuntime } from './tvm/runtime.ts';

/** Every runtime by its id. A new one is a folder and a line here. */
export const runtimes: ReadonlyMap<string, Runtime> = new Map(
  [tflm, onnxruntime, litert, ethosU, stEdgeAi, tensorrt, synap, espDl, tvmRuntime, glow, ai8x].map((runtime) => [
    runtime.id,
    runtime,
  ]),
);

/** A runtime by id. @throws UserError naming the nearest known one when there is none of that id. */
export function runtimeOf(id: string): Runtime {
  const runtime = runtimes.get(id);
  if (runtime !== undefined) return runtime;
  const close = nearest(id, runtimes.keys());
  throw new UserError(
    `There is no runtime "${id}".${close === undefined ? ` Known runtimes: ${[...runtimes.keys()].join(', ')}.` : ` Did you mean "${close}"?`}`,
  );
}
