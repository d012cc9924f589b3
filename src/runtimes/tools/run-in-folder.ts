import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { runProgram } from './run-program.ts';
import type { ExpectedFile, Located, ToolRequest, ToolRun } from './tool.ts';

const defaultTimeLimit = 5 * 60_000;

/** No artifact of a target that we know comes near this. */
const largestFile = 1024 * 1024 * 1024;

/** Runs a located tool in a temporary folder that is deleted at the end, whatever the end is. @throws Error when the folder cannot be written. */
export async function runInFolder(place: Extract<Located, { found: true }>, request: ToolRequest): Promise<ToolRun> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'edge-ready-tool-'));
  try {
    for (const [name, bytes] of Object.entries(request.files)) {
      const file = inside(folder, name);
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, bytes);
    }
    const timeLimit = request.timeLimit ?? defaultTimeLimit;
    const end = await runProgram(place.program, [...place.prefix, ...request.arguments], { folder, timeLimit });
    const printed = { version: place.version, stdout: end.stdout, stderr: end.stderr };
    if (!end.started) return { status: 'not-found', reason: `${place.program} does not start: ${end.stderr}` };
    if (end.timedOut) return { status: 'timed-out', timeLimit, ...printed };
    const { files, missing } = await collectFiles(folder, request.expects);
    return end.exitCode === 0 && missing.length === 0
      ? { status: 'done', files, ...printed }
      : { status: 'failed', exitCode: end.exitCode, missing, ...printed };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function inside(folder: string, name: string): string {
  const file = path.resolve(folder, name);
  if (!file.startsWith(folder + path.sep)) throw new Error(`${name} would leave the tool's folder`);
  return file;
}

async function collectFiles(
  folder: string,
  expects: readonly ExpectedFile[],
): Promise<{ readonly files: ReadonlyMap<string, Uint8Array>; readonly missing: readonly string[] }> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  // Regular files only: a link could point out of the folder.
  const names = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .sort();
  const files = new Map<string, Uint8Array>();
  const missing: string[] = [];
  for (const { key, path: wanted, optional } of expects) {
    const name = names.find((each) => (typeof wanted === 'string' ? each === wanted : wanted.test(each)));
    const readable = name !== undefined && (await stat(path.join(folder, name))).size <= largestFile;
    if (readable) files.set(key, await readFile(path.join(folder, name)));
    else if (optional !== true) missing.push(String(wanted));
  }
  return { files, missing };
}
