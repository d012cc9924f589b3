import { rm } from 'node:fs/promises';
import { actionsCache } from '../../basics/actions-cache.ts';
import { folderDigest } from './folder-digest.ts';
import type { Build } from './pinned.ts';
import { pinnedVersion } from './pinned.ts';
import { markComplete } from './tool-folder.ts';

const cacheKey = (build: Build): string => `edge-ready-gate-${build.module}-${pinnedVersion}-${build.platform}`;

/**
 * Fetches a build from the workflow's cache into `folder`. Whatever has another digest than the pinned one is deleted: branches share caches.
 * @returns true when the folder is there now. A cache that does not answer is no cache.
 */
export async function restoreFromActionsCache(build: Build, folder: string): Promise<boolean> {
  const cache = await actionsCache();
  if (cache === undefined) return false;
  try {
    if ((await cache.restoreCache([folder], cacheKey(build))) === undefined) return false;
    if ((await folderDigest(folder)) === build.digest) {
      await markComplete(folder);
      return true;
    }
  } catch {
    // Falls through to deleting what may be half there.
  }
  await rm(folder, { recursive: true, force: true });
  return false;
}

/** Gives a build to the workflow's cache; the next run finds it there. Never fails: the cache only saves time. */
export async function saveToActionsCache(build: Build, folder: string): Promise<void> {
  const cache = await actionsCache();
  await cache?.saveCache([folder], cacheKey(build)).catch(() => undefined);
}
