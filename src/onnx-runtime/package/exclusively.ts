import { mkdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';

const waitMs = 100;
/** Who holds a lock for longer was stopped. */
const abandonedMs = 10 * 60_000;

/** Runs `task` while no other thread or process runs one under the same lock, a folder that exists for so long. */
export async function exclusively<T>(lock: string, task: () => Promise<T>): Promise<T> {
  await mkdir(path.dirname(lock), { recursive: true });
  while (!(await taken(lock))) {
    const since = await stat(lock).catch(() => undefined);
    if (since !== undefined && Date.now() - since.mtimeMs > abandonedMs)
      await rm(lock, { recursive: true, force: true });
    else await setTimeout(waitMs);
  }
  try {
    return await task();
  } finally {
    await rm(lock, { recursive: true, force: true });
  }
}

async function taken(lock: string): Promise<boolean> {
  try {
    await mkdir(lock);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}
