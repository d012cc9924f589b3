import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildProgram } from './support/build-program.ts';
import { markdownBlocks } from './support/markdown-blocks.ts';

const root = process.cwd();
const blocks = markdownBlocks(readFileSync('docs/tutorial.md', 'utf8'));
const commands = blocks.flatMap((block, index) => {
  const next = blocks[index + 1];
  return block.language === 'sh' ? [{ ...block, shown: next?.language === 'text' ? next.text : undefined }] : [];
});

let folder = '';
let built: Awaited<ReturnType<typeof buildProgram>>;
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'edge-ready-tutorial-'));
  for (const name of ['bin', 'home', 'tutorial']) mkdirSync(path.join(folder, name));
  built = await buildProgram('src/cli.ts');
  const program = path.join(folder, 'bin', 'edge-ready');
  writeFileSync(program, `#!/bin/sh\nexec "${process.execPath}" "${built.program}" "$@"\n`);
  chmodSync(program, 0o755);
});
afterAll(() => {
  built.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs a block as somebody's shell would, without what this machine's settings and colours would change. */
function run(script: string) {
  const environment = {
    PATH: `${path.join(folder, 'bin')}${path.delimiter}${process.env.PATH}`,
    HOME: path.join(folder, 'home'),
    GATE: root,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'A reader',
    GIT_AUTHOR_EMAIL: 'reader@example.org',
    GIT_COMMITTER_NAME: 'A reader',
    GIT_COMMITTER_EMAIL: 'reader@example.org',
  };
  return spawnSync('bash', ['-eu', '-c', script], {
    cwd: path.join(folder, 'tutorial'),
    env: environment,
    encoding: 'utf8',
  });
}

/** True when the lines are those shown; `…` stands for any number of them, or within a line for any text. */
function matches(lines: readonly string[], shown: readonly string[]): boolean {
  const [first, ...rest] = shown;
  if (first === undefined) return lines.length === 0;
  if (first !== '…') return isLike(lines[0], first) && matches(lines.slice(1), rest);
  return lines.some((_, index) => matches(lines.slice(index), rest)) || rest.length === 0;
}

function isLike(line: string | undefined, shown: string): boolean {
  if (line === undefined) return false;
  const parts = shown.split('…').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(line);
}

const linesOf = (text: string) => text.trimEnd().split('\n');

describe.skipIf(process.platform === 'win32')('docs/tutorial.md', () => {
  it('has commands, and shows what most of them print', () => {
    expect(commands.length).toBeGreaterThan(8);
    expect(commands.filter(({ shown }) => shown !== undefined).length).toBeGreaterThan(5);
  });

  it('every command runs in order, and prints what is shown', () => {
    for (const { text, line, shown } of commands) {
      const { status, stdout, stderr } = run(text);
      expect(status, `line ${line}: ${stderr}`).toBe(0);
      if (shown !== undefined && !matches(linesOf(stdout), linesOf(shown)))
        expect(stdout, `what the commands of line ${line} print`).toBe(shown);
    }
  }, 180_000);
});
