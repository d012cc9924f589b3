import { randomUUID } from 'node:crypto';
import { lstat, mkdir, readdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { decodeRecipes, encodeRecipes, type FoundRecipes, recipesBytesLimit } from './stored-recipes.ts';
import {
  type AskedSide,
  decodeSide,
  encodeSide,
  entryBytesLimit,
  type KeptModels,
  type SideRecord,
} from './stored-side.ts';

/** Measured sides, and recipes that were found, in a folder, an entry each. Nothing here ever throws: what can't be read or kept is measured again. */
export interface FolderCache {
  /** What is known under a key, or `undefined`. What is damaged or about something else is deleted with a line in the log. */
  readonly read: (asked: AskedSide) => Promise<StoredSide | undefined>;
  /** @returns false when it could not be kept */
  readonly write: (key: string, side: SideRecord, models: KeptModels) => Promise<boolean>;
  /** Likewise what a search for recipes has found. */
  readonly readRecipes: (asked: AskedSide) => Promise<FoundRecipes | undefined>;
  readonly writeRecipes: (key: string, found: FoundRecipes) => Promise<boolean>;
  /** Names of the entries that this process read or wrote. */
  readonly used: () => readonly string[];
  /** Deletes what was not used for longest, until at most so many bytes are left. */
  readonly prune: (mostBytes: number) => Promise<void>;
}

interface StoredSide {
  readonly side: SideRecord;
  readonly models: KeptModels;
}

/** What files of entries end in, and how large they may be. */
const kinds = { side: entryBytesLimit, recipes: recipesBytesLimit } as const;
type Kind = keyof typeof kinds;
const isEntry = (name: string) => Object.keys(kinds).some((kind) => name.endsWith(`.${kind}`));

/** Files that a process was still writing when it was stopped are as old as this. */
const abandonedMs = 60 * 60 * 1000;

/** A cache in a folder, which is made when it is first written to. Several processes may use it at once: entries appear whole. */
export function openFolderCache(folder: string, log: (line: string) => void): FolderCache {
  const used = new Set<string>();
  const fileOf = (kind: Kind, key: string) => path.join(folder, `${key}.${kind}`);
  const read = async <T extends { readonly kind: string }>(
    kind: Kind,
    asked: AskedSide,
    decode: (bytes: Uint8Array, asked: AskedSide) => T | Refused,
  ): Promise<T | undefined> => {
    const file = fileOf(kind, asked.key);
    const bytes = await readEntry(file, kinds[kind]);
    if (bytes === undefined) return undefined;
    const decoded = decode(bytes, asked);
    if (isRefused(decoded)) {
      log(`  An entry of the cache is not taken: ${decoded.reason}.`);
      await rm(file, { force: true }).catch(() => {});
      return undefined;
    }
    used.add(asked.key);
    const now = new Date();
    await utimes(file, now, now).catch(() => {});
    return decoded;
  };
  const write = async (kind: Kind, key: string, entry: Uint8Array): Promise<boolean> => {
    if (entry.byteLength > kinds[kind]) return false;
    const part = path.join(folder, `.${randomUUID()}.part`);
    try {
      await mkdir(folder, { recursive: true });
      await writeFile(part, entry);
      await rename(part, fileOf(kind, key));
      used.add(key);
      return true;
    } catch {
      await rm(part, { force: true }).catch(() => {});
      return false;
    }
  };
  return {
    used: () => [...used].sort(),
    read: (asked) => read('side', asked, decodeSide),
    write: (key, side, models) => write('side', key, encodeSide(key, side, models)),
    readRecipes: async (asked) => (await read('recipes', asked, decodeRecipes))?.recipes,
    writeRecipes: (key, found) => write('recipes', key, encodeRecipes(key, found)),
    prune: (mostBytes) => prune(folder, mostBytes),
  };
}

interface Refused {
  readonly kind: 'refused';
  readonly reason: string;
}

function isRefused(decoded: { readonly kind: string }): decoded is Refused {
  return decoded.kind === 'refused';
}

async function readEntry(file: string, mostBytes: number): Promise<Uint8Array | undefined> {
  try {
    const entry = await lstat(file);
    return entry.isFile() && entry.size <= mostBytes ? await readFile(file) : undefined;
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
    if (isEntry(name)) entries.push({ file, bytes: entry.size, usedMs: entry.mtimeMs });
    else if (name.endsWith('.part') && Date.now() - entry.mtimeMs > abandonedMs) await rm(file, { force: true });
  }
  let left = entries.reduce((sum, { bytes }) => sum + bytes, 0);
  for (const { file, bytes } of entries.sort((one, other) => one.usedMs - other.usedMs)) {
    if (left <= mostBytes) return;
    await rm(file, { recursive: true, force: true }).catch(() => {});
    left -= bytes;
  }
}
