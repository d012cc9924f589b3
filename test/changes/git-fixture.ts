import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';

const folders: string[] = [];

afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** An empty folder that is gone after the tests. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'edge-ready-git-'));
  folders.push(folder);
  return folder;
}

/** Runs git with a fixed author and without the machine's configuration; gives what it printed. */
export function run(folder: string, ...args: readonly string[]): string {
  return execFileSync('git', args, {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_NOSYSTEM: '1',
      // No sample hooks: they are most of a new repository's files.
      GIT_TEMPLATE_DIR: '',
      GIT_AUTHOR_NAME: 'A',
      GIT_AUTHOR_EMAIL: 'a@example.com',
      GIT_COMMITTER_NAME: 'A',
      GIT_COMMITTER_EMAIL: 'a@example.com',
    },
  }).trim();
}

/** A new repository on the branch main. */
export function newRepository(): string {
  const folder = temporaryFolder();
  run(folder, 'init', '--quiet', '--initial-branch=main');
  return folder;
}

/** Writes files (`null` deletes), commits all, and gives the commit's id. */
export function commit(
  folder: string,
  files: Readonly<Record<string, string | Uint8Array | null>>,
  message = 'c',
): string {
  for (const [path, content] of Object.entries(files)) {
    const file = join(folder, path);
    if (content === null) rmSync(file);
    else {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
    }
  }
  run(folder, 'add', '--all', '--force');
  run(folder, 'commit', '--quiet', '--allow-empty', '--message', message);
  return run(folder, 'rev-parse', 'HEAD');
}

/** Many commits after `from` on a branch, each with another content of one file, made in one go; gives the last one's id. */
export function commitMany(folder: string, branch: string, from: string, file: string, count: number): string {
  const commits = Array.from({ length: count }, (_, index) => {
    const [message, content] = [`${branch} ${index}`, `${branch} content ${index}`];
    const start = index === 0 ? `from ${from}\n` : '';
    return `commit refs/heads/${branch}\ncommitter A <a@example.com> ${1700000000 + index} +0000\ndata ${message.length}\n${message}\n${start}M 100644 inline ${file}\ndata ${content.length}\n${content}\n`;
  });
  if (count === 0) run(folder, 'update-ref', `refs/heads/${branch}`, from);
  execFileSync('git', ['fast-import', '--quiet'], { cwd: folder, input: commits.join('') });
  return run(folder, 'rev-parse', `refs/heads/${branch}`);
}

/** A clone through the file protocol, so that `--depth` and `--filter` work. */
export function clone(from: string, ...options: readonly string[]): string {
  const folder = temporaryFolder();
  run(folder, 'clone', '--quiet', ...options, `file://${from}`, 'clone');
  return join(folder, 'clone');
}

/** Bytes that look like nothing, the same for the same seed. */
export function noise(seed: number, length = 4000): Uint8Array {
  let state = seed + 1;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
}
