import { createRequire } from 'node:module';
import { installedPlaces } from './installed-places.ts';
import { type Build, buildForThisMachine } from './package/pinned.ts';
import { toolCacheRoot } from './package/tool-folder.ts';
import { type OnnxRuntime, type OnnxRuntimeModule, wrapModule } from './session.ts';

let loaded: Promise<OnnxRuntime> | undefined;

/**
 * ONNX Runtime, found once a process: an installed `onnxruntime-node` (beside the gate, then, outside Actions, in the working directory),
 * the tool cache, the workflow's cache, and last `npm pack` of a pinned version whose hash is checked. Never asks anybody anything and runs no install script.
 * @throws UserError when it cannot be had.
 */
export function loadOnnxRuntime(): Promise<OnnxRuntime> {
  loaded ??= findOnnxRuntime(buildForThisMachine()).catch((error: unknown) => {
    loaded = undefined;
    throw error;
  });
  return loaded;
}

async function findOnnxRuntime(build: Build): Promise<OnnxRuntime> {
  const installed = installedOnnxRuntime(build.module);
  if (installed !== undefined) return installed;
  // What downloads and unpacks takes 10 ms to load.
  const { ownOnnxRuntime } = await import('./package/own-copy.ts');
  return ownOnnxRuntime(build, toolCacheRoot());
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
