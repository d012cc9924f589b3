import { createRequire } from 'node:module';
import path from 'node:path';
import { messageOf, UserError } from '../errors.ts';
import { installedPlaces } from './installed-places.ts';
import { restoreFromActionsCache, saveToActionsCache } from './package/actions-cache.ts';
import { exclusively } from './package/exclusively.ts';
import { install } from './package/install.ts';
import { type Build, buildForThisMachine } from './package/pinned.ts';
import { isComplete, toolCacheRoot, toolFolder } from './package/tool-folder.ts';
import { type OnnxRuntime, type OnnxRuntimeModule, wrapModule } from './session.ts';

let loaded: Promise<OnnxRuntime> | undefined;

/**
 * ONNX Runtime, found once a process: an installed `onnxruntime-node` (beside the gate, then, outside Actions, in the working directory),
 * the tool cache, the workflow's cache, and last `npm pack` of a pinned version whose hash is checked. Never asks anybody anything and runs no install script.
 * @throws UserError when it cannot be had.
 */
export function loadOnnxRuntime(): Promise<OnnxRuntime> {
  loaded ??= findOnnxRuntime(buildForThisMachine(), toolCacheRoot()).catch((error: unknown) => {
    loaded = undefined;
    throw error;
  });
  return loaded;
}

async function findOnnxRuntime(build: Build, root: string): Promise<OnnxRuntime> {
  return installedOnnxRuntime(build.module) ?? (await ownOnnxRuntime(build, root));
}

/** The gate's own copy, made when there is none. @throws UserError when it cannot be downloaded or does not load. */
export async function ownOnnxRuntime(build: Build, root: string): Promise<OnnxRuntime> {
  const folder = toolFolder(build, root);
  if (isComplete(folder)) return loadFrom(folder, build, 'tool cache');
  // Threads of one run want it at once.
  return exclusively(`${folder}.lock`, async () => {
    if (isComplete(folder)) return loadFrom(folder, build, 'tool cache');
    if (await restoreFromActionsCache(build, folder)) return loadFrom(folder, build, 'workflow cache');
    await install(build, folder);
    await saveToActionsCache(build, folder);
    return loadFrom(folder, build, 'npm');
  });
}

/** An `onnxruntime-node` that somebody installed, or `undefined`; one that does not load (another platform's) counts as none. */
function installedOnnxRuntime(module: Build['module']): OnnxRuntime | undefined {
  for (const place of installedPlaces()) {
    try {
      return wrapModule(createRequire(place)(module) as OnnxRuntimeModule, 'installed');
    } catch {
      // The next place may have it.
    }
  }
  return undefined;
}

function loadFrom(folder: string, build: Build, origin: OnnxRuntime['origin']): OnnxRuntime {
  try {
    return wrapModule(createRequire(path.join(folder, 'any.js'))(build.module) as OnnxRuntimeModule, origin);
  } catch (error) {
    throw new UserError(
      `ONNX Runtime in ${folder} does not load (${messageOf(error).split('\n')[0]}); delete that folder and run again.`,
    );
  }
}
