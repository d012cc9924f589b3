import { nearest } from '../basics/nearest.ts';
import { UserError } from '../errors.ts';
import type { Board } from '../targets/board.ts';
import { parseBoard } from '../targets/load.ts';
import { ai8x } from './ai8x/runtime.ts';
import { espDl } from './esp-dl/runtime.ts';
import { ethosU } from './ethos-u/runtime.ts';
import { glow } from './glow/runtime.ts';
import { litert } from './litert/runtime.ts';
import { neutron } from './neutron/runtime.ts';
import { nntool } from './nntool/runtime.ts';
import { onnxruntime } from './onnxruntime/runtime.ts';
import type { Runtime } from './runtime.ts';
import { stEdgeAi } from './st-edge-ai/runtime.ts';
import { synap } from './synap/runtime.ts';
import { tensorrt } from './tensorrt/runtime.ts';
import { tflm } from './tflm/runtime.ts';
import { tvmRuntime } from './tvm/runtime.ts';
import { vxDelegate } from './vx-delegate/runtime.ts';

/** Every runtime by its id. A new one is a folder and a line here. */
export const runtimes: ReadonlyMap<string, Runtime> = new Map(
  [
    tflm,
    onnxruntime,
    litert,
    ethosU,
    stEdgeAi,
    tensorrt,
    synap,
    espDl,
    tvmRuntime,
    glow,
    ai8x,
    vxDelegate,
    neutron,
    nntool,
  ].map((runtime) => [runtime.id, runtime]),
);

/** A board from its text, of runtimes that there are. @throws UserError as `parseBoard`, and naming the nearest known runtime where it names another */
export function parseRunnableBoard(text: string, label: string): Board {
  const board = parseBoard(text, label);
  for (const id of Object.keys(board.runtimes)) {
    if (!runtimes.has(id)) throw new UserError(`${label}: there is no runtime "${id}".${suggestion(id)}`);
  }
  return board;
}

/** A runtime by id. @throws UserError naming the nearest known one when there is none of that id. */
export function runtimeOf(id: string): Runtime {
  const runtime = runtimes.get(id);
  if (runtime !== undefined) return runtime;
  throw new UserError(`There is no runtime "${id}".${suggestion(id)}`);
}

function suggestion(id: string): string {
  const close = nearest(id, runtimes.keys());
  return close === undefined ? ` Known runtimes: ${[...runtimes.keys()].join(', ')}.` : ` Did you mean "${close}"?`;
}
