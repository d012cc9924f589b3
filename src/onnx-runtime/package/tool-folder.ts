import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Build } from './pinned.ts';
import { pinnedVersion } from './pinned.ts';

/** Where installed tools are kept: the runner's tool cache in Actions, the user's cache folder elsewhere. */
export function toolCacheRoot(environment: NodeJS.ProcessEnv = process.env): string {
  const { RUNNER_TOOL_CACHE: runner, XDG_CACHE_HOME: xdg, LOCALAPPDATA: local } = environment;
  return runner || path.join(xdg || local || path.join(os.homedir(), '.cache'), 'edge-ready-gate');
}

/** The folder of a build, laid out as `@actions/tool-cache` does it: `<tool>/<version>/<arch>`, whole once `<arch>.complete` exists. */
export function toolFolder(build: Build, root: string): string {
  return path.join(root, build.module, pinnedVersion, build.platform);
}

/** True when the folder was published whole. */
export function isComplete(folder: string): boolean {
  return existsSync(`${folder}.complete`) && existsSync(path.join(folder, 'node_modules'));
}

/** Moves a filled folder to its place and marks it complete; when another process was faster, its folder stays. */
export async function publish(filled: string, folder: string): Promise<void> {
  await mkdir(path.dirname(folder), { recursive: true });
  if (!isComplete(folder)) {
    await rm(folder, { recursive: true, force: true });
    await rename(filled, folder);
    await markComplete(folder);
  }
}

/** Says that the folder is whole. */
export async function markComplete(folder: string): Promise<void> {
  await writeFile(`${folder}.complete`, '');
}
