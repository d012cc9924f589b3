import { randomUUID } from 'node:crypto';
import { lstat, mkdir, readdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  type AskedSide,
  decodeSide,
  encodeSide,
  entryBytesLimit,
  type KeptModels,
  type SideRecord,
} from './stored-side.ts';

/** Measured sides in a folder, an entry each. Nothing here ever throws: what can't be read or kept is measured again. */
export interface FolderCache {
  /** What is known under a key, or `undefined`. What is damaged or about something else is deleted with a line in the log. */
  readonly read: (asked: AskedSide) => Promise<StoredSide | undefined>;
  /** @returns false when it could not be kept */
  readonly write: (key: string, side: SideRecord, models: KeptModels) => Promise<boolean>;
  /** Names of the entries that this process read or wrote. */
  readonly used: () => readonly string[];
  /** Deletes what was not used for longest, until at most so many bytes are left. */
  readonly prune: (mostBytes: number) => Promise<void>;
}

export interface StoredSide {
  readonly side: SideRecord;
  readonly models: KeptModels;
}

const ending = '.side';
/** Files that a process was still writing when it was stopped are as old as this. */
const abandonedMs = 60 * 60 * 1000;

/** A cache in a folder, which is made when it is first written to. Several processes may use it at once: entries appear whole. */
export function openFolderCache(folder: string, log: (line: string) => void): FolderCache {
  const used = new Set<string>();
  const fileOf = (key: string) => path.join(folder, `${key}${ending}`);
  return {
    used: () => [...used].sort(),
    read: async (asked) => {
      const file = fileOf(asked.key);
      const bytes = await readEntry(file);
      if (bytes === undefined) return undefined;
      const decoded = decodeSide(bytes, asked);
      if (decoded.kind === 'refused') {
        log(`  An entry of the cache is not taken: ${decoded.reason}.`);
        await rm(file, { force: true }).catch(() => {});
        return undefined;
      }
      used.add(asked.key);
      const now = new Date();
      await utimes(file, now, now).catch(() => {});
      return decoded;
    },
    write: async (key, side, models) => {
      const entry = encodeSide(key, side, models);
      if (entry.byteLength > entryBytesLimit) return false;
      const part = path.join(folder, `.${randomUUID()}.part`);
      try {
        await mkdir(folder, { recursive: true });
        await writeFile(part, entry);
        await rename(part, fileOf(key));
        used.add(key);
        return true;
      } catch {
        await rm(part, { force: true }).catch(() => {});
        return false;
      }
    },
    prune: (mostBytes) => prune(folder, mostBytes),
  };
}

async function readEntry(file: string): Promise<Uint8Array | undefined> {
  try {
    const entry = await lstat(file);
    return entry.isFile() && entry.size <= entryBytesLimit ? await readFile(file) : undefined;
  } catch {
    return undefined;
  }
}

async function prune(folder: string, mostBytes: number): Promise<void> {
  const names = await readdir(folder).catch((): readonly string[] => []);
  const entries: { readonly file: string; readonly bytes: number; readonly usedMs: number }[] = [];
  for (const name of names) {
    const file = path.join(folder, name);
    const entry = await lstat(file).catch(() => undefined);
    if (entry === undefined) continue;
    if (name.endsWith(ending)) entries.push({ file, bytes: entry.size, usedMs: entry.mtimeMs });
    else if (name.endsWith('.part') && Date.now() - entry.mtimeMs > abandonedMs) await rm(file, { force: true });
  }
  let left = entries.reduce((sum, { bytes }) => sum + bytes, 0);
  for (const { file, bytes } of entries.sort((one, other) => one.usedMs - other.usedMs)) {
    if (left <= mostBytes) return;
    await rm(file, { recursive: true, force: true }).catch(() => {});
    left -= bytes;
  }
}
