import { createRequire } from 'node:module';
import path from 'node:path';
import { messageOf, UserError } from '../../errors.ts';
import { type OnnxRuntime, type OnnxRuntimeModule, wrapModule } from '../session.ts';
import { restoreFromActionsCache, saveToActionsCache } from './actions-cache.ts';
import { exclusively } from './exclusively.ts';
import { install } from './install.ts';
import type { Build } from './pinned.ts';
import { isComplete, toolFolder } from './tool-folder.ts';

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

function loadFrom(folder: string, build: Build, origin: OnnxRuntime['origin']): OnnxRuntime {
  try {
    return wrapModule(createRequire(path.join(folder, 'any.js'))(build.module) as OnnxRuntimeModule, origin);
  } catch (error) {
    throw new UserError(
      `ONNX Runtime in ${folder} does not load (${messageOf(error).split('\n')[0]}); delete that folder and run again.`,
    );
  }
}
