import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const fixtures = fileURLToPath(new URL('../../fixtures/digits', import.meta.url));

/** Runs git in `directory` with an identity of its own and nobody's configuration. */
export function git(directory: string, ...args: readonly string[]): string {
  const who = { NAME: 'Test', EMAIL: 'test@example.com' };
  return execFileSync('git', args, {
    cwd: directory,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_AUTHOR_NAME: who.NAME,
      GIT_AUTHOR_EMAIL: who.EMAIL,
      GIT_COMMITTER_NAME: who.NAME,
      GIT_COMMITTER_EMAIL: who.EMAIL,
    },
  }).trim();
}

/** Writes files into the repository: from the fixtures (`fixture: base/digits.onnx`), as text or as bytes. */
export type Files = Readonly<
  Record<string, { readonly fixture: string } | { readonly text: string } | { readonly bytes: Uint8Array }>
>;

/** Commits `files` on the branch that is checked out and gives the commit's id. */
export function commit(directory: string, message: string, files: Files): string {
  for (const [file, content] of Object.entries(files)) {
    const target = path.join(directory, file);
    mkdirSync(path.dirname(target), { recursive: true });
    if ('fixture' in content) copyFileSync(path.join(fixtures, content.fixture), target);
    else writeFileSync(target, 'text' in content ? content.text : content.bytes);
  }
  git(directory, 'add', '--all');
  git(directory, 'commit', '--quiet', '--allow-empty', `--message=${message}`);
  return git(directory, 'rev-parse', 'HEAD');
}

/** An empty repository with branch `main` and a remote that is never asked: what it would answer is here already. */
export function initialise(directory: string, repository: string): void {
  mkdirSync(directory, { recursive: true });
  git(directory, 'init', '--quiet', '--initial-branch=main');
  git(directory, 'remote', 'add', 'origin', `https://github.com/${repository}.git`);
}
