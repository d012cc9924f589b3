import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { type ActionsCache, actionsCache } from '../basics/actions-cache.ts';
import { sha256 } from '../basics/sha256.ts';
import { cacheFolder } from '../cache/cache-folder.ts';
import { gateDigest } from '../cache/gate-digest.ts';
import { messageOf } from '../errors.ts';
import type { GateRequest } from '../gate.ts';
import { shortMessage } from './artifacts.ts';
import type { RunContext } from './context.ts';
import { logLine } from './log.ts';

/** A repository's caches may have 10 GB together, and every commit of a pull request may add one for each leg. */
const mostBytes = 100 * 2 ** 20;

/**
 * Has `use` measure with what earlier runs of the same leg have measured, and hands what it adds to later ones. Entries are another gate's where its code is another;
 * GitHub decides who sees whose: a pull request reads its own and its base branch's, and what it writes nobody else reads.
 * A self-hosted runner that names a folder in `EDGE_READY_CACHE` uses that alone. The cache only saves time: nothing of it ever fails.
 */
export async function withMeasurements<T>(
  leg: string,
  context: Pick<RunContext, 'temporary'>,
  use: (cache: NonNullable<GateRequest['cache']>) => Promise<T>,
  open: () => Promise<ActionsCache | undefined> = actionsCache,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<T> {
  if (environment.EDGE_READY_CACHE) return use({ folder: cacheFolder(environment) });
  const id = sha256(leg).slice(0, 16);
  const folder = path.join(context.temporary, 'edge-ready-measurements', id);
  const prefix = `edge-ready-measurements-${gateDigest().slice(0, 16)}-${process.platform}-${process.arch}-${id}-`;
  const cache = await open().catch(() => undefined);
  await mkdir(folder, { recursive: true });
  const failures: string[] = [];
  const failed = (error: unknown): undefined => void failures.push(messageOf(error));
  const restored = await cache?.restoreCache([folder], `${prefix}none`, [prefix]).catch(failed);
  if (restored !== undefined) logLine(`Measurements of an earlier run were restored: ${restored}`);
  const result = await use({ folder, mostBytes });
  const names = await entriesIn(folder);
  // Caches are never written twice: the name says what is in it.
  const key = `${prefix}${sha256(names.join('\n')).slice(0, 16)}`;
  if (names.length > 0 && key !== restored) await cache?.saveCache([folder], key).catch(failed);
  if (failures[0] !== undefined) logLine(explainCacheFailure(failures[0]));
  return result;
}

async function entriesIn(folder: string): Promise<readonly string[]> {
  return (await readdir(folder).catch((): string[] => [])).sort();
}

/** What a failing cache means for the run, and the setting that keeps it from being asked. */
function explainCacheFailure(message: string): string {
  const reason = shortMessage(new Error(message));
  if (/write denied|read denied|\(403\)/i.test(message))
    return `The cache may not be used here, as GitHub lets this event's token only read or do neither (${reason}): what was measured is not kept; with \`cache: false\` it is not asked.`;
  if (/another job may be creating/i.test(message))
    return `The cache did not take what was measured, which the next run measures again (${reason}); with \`cache: false\` it is not asked.`;
  return `The cache could not be used, so that all was measured (${reason}); run the job again later, or set \`cache: false\`.`;
}
