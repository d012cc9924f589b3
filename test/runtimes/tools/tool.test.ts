import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeTool } from '../../../src/runtimes/tools/make-tool.ts';
import { onPath, searchFolders } from '../../../src/runtimes/tools/on-path.ts';
import { installPythonTool, requirementsOf } from '../../../src/runtimes/tools/python-tool.ts';
import { withoutSecrets } from '../../../src/runtimes/tools/run-program.ts';
import type { Located } from '../../../src/runtimes/tools/tool.ts';

/** Node itself as a compiler: it is where the tests run. */
const node = (): Promise<Located> =>
  Promise.resolve({ found: true, program: process.execPath, prefix: ['-e'], version: '1.2.3' });
const nodeTool = makeTool({ id: 'node', title: 'Node', howToGet: 'It is here.', locators: [node] });

describe('a tool', () => {
  it('runs with its arguments as they are, and gives the files that it leaves', async () => {
    const script = `
      const fs = require('node:fs');
      fs.mkdirSync('out');
      fs.writeFileSync('out/report.txt', process.argv[1] + fs.readFileSync('model.bin').length);
      console.log(process.cwd());`;
    const run = await nodeTool.run({
      arguments: [script, '$(id) ; "a b" '],
      files: { 'model.bin': new Uint8Array(7) },
      expects: [{ key: 'report', path: /^out\/.*\.txt$/ }],
    });
    if (run.status !== 'done') throw new Error(JSON.stringify(run));
    expect(new TextDecoder().decode(run.files.get('report'))).toBe('$(id) ; "a b" 7');
    expect(run.version).toBe('1.2.3');
    expect(existsSync(run.stdout.trim())).toBe(false);
  });

  it.each([
    ['another exit code', 'process.exit(3)', { status: 'failed', exitCode: 3, missing: ['out.bin'] }],
    ['a missing file', '', { status: 'failed', exitCode: 0, missing: ['out.bin'] }],
    [
      'a link in place of a file',
      "require('fs').symlinkSync('/etc/hostname', 'out.bin')",
      { status: 'failed', exitCode: 0 },
    ],
  ])('fails on %s', async (_name, script, expected) => {
    const run = await nodeTool.run({ arguments: [script], files: {}, expects: [{ key: 'out', path: 'out.bin' }] });
    expect(run).toMatchObject(expected);
  });

  it('is ended at its time limit, with what it started', async () => {
    const marker = path.join(await mkdtemp(path.join(os.tmpdir(), 'tool-test-')), 'alive');
    const child = `setTimeout(() => require('fs').writeFileSync(${JSON.stringify(marker)}, ''), 1500)`;
    const script = `require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(child)}]); setTimeout(() => {}, 60000)`;
    const run = await nodeTool.run({ arguments: [script], files: {}, expects: [], timeLimit: 500 });
    expect(run).toMatchObject({ status: 'timed-out', timeLimit: 500 });
    await new Promise((resolve) => setTimeout(resolve, 2000));
    expect(existsSync(marker)).toBe(false);
  });

  it('refuses to write outside its folder', async () => {
    const run = nodeTool.run({ arguments: [''], files: { '../x': new Uint8Array() }, expects: [] });
    await expect(run).rejects.toThrow('leave');
  });

  it('says why it cannot be had, and is looked for once', async () => {
    let looked = 0;
    const tool = makeTool({
      id: 'none',
      title: 'None',
      howToGet: '',
      locators: [
        () => {
          looked += 1;
          return Promise.reject(new Error('broken'));
        },
      ],
    });
    const run = await tool.run({ arguments: [], files: {}, expects: [] });
    expect(run).toStrictEqual({ status: 'not-found', reason: 'None could not be looked for: broken' });
    expect(await tool.version()).toBeUndefined();
    expect(looked).toBe(1);
  });
});

describe('finding a program', () => {
  it.runIf(process.platform !== 'win32')('asks for its version, and leaves out what lies in the checkout', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'tool-test-'));
    const file = path.join(folder, 'compiler');
    await writeFile(file, '#!/bin/sh\necho "compiler 2.5"\n');
    await chmod(file, 0o755);
    const look = (accepted: string, checkout: string): Promise<Located> =>
      onPath({
        names: ['compiler'],
        readVersion: (printed) => /compiler (\S+)/.exec(printed)?.[1],
        accepts: { version: (version) => version === accepted, words: `version ${accepted}` },
        environment: { PATH: `relative:${folder}`, GITHUB_WORKSPACE: checkout },
      })();
    expect(await look('2.5', '/elsewhere')).toStrictEqual({ found: true, program: file, prefix: [], version: '2.5' });
    expect(await look('3.0', '/elsewhere')).toStrictEqual({
      found: false,
      reason: `${file} is version 2.5; version 3.0 is wanted.`,
    });
    expect(await look('2.5', path.dirname(folder))).toStrictEqual({ found: false, reason: 'compiler is not on PATH.' });
  });

  it('searches absolute folders only', () => {
    expect(searchFolders({ PATH: ['a', '/b', '', './c'].join(path.delimiter) })).toStrictEqual(['/b']);
  });
});

it('passes no secrets on', () => {
  expect(
    withoutSecrets({
      PATH: '/bin',
      GITHUB_TOKEN: '1',
      NPM_TOKEN: '2',
      AWS_SECRET_ACCESS_KEY: '3',
      INPUT_TARGET: '4',
      HOME: '/',
    }),
  ).toStrictEqual({ PATH: '/bin', HOME: '/' });
});

it('writes requirements that pip checks hashes of', () => {
  const text = requirementsOf({
    name: 'a',
    version: '1',
    hashes: { 'a==1': ['00', '11'], 'b==2': ['22'] },
    module: 'a',
    python: { from: [3, 10], to: [3, 13] },
  });
  expect(text).toBe('a==1 \\\n  --hash=sha256:00 \\\n  --hash=sha256:11\nb==2 \\\n  --hash=sha256:22\n');
});

it('pins Vela and what it needs, each by hashes', async () => {
  const pins = JSON.parse(
    await readFile(new URL('../../../src/runtimes/ethos-u/vela-packages.json', import.meta.url), 'utf8'),
  ) as Record<string, readonly string[]>;
  expect(Object.keys(pins)).toContain('ethos-u-vela==5.2.0');
  for (const hashes of Object.values(pins)) {
    expect(hashes.length).toBeGreaterThan(0);
    for (const hash of hashes) expect(hash).toMatch(/^[0-9a-f]{64}$/);
  }
});

it('makes an environment once, however many ask for it at the same time', async () => {
  const cache = await mkdtemp(path.join(os.tmpdir(), 'tool-cache-'));
  const tool = { name: 'nothing', version: '1', hashes: {}, python: { from: [3, 9], to: [3, 20] } } as const;
  const environment = { ...process.env, RUNNER_TOOL_CACHE: cache };
  const found = await Promise.all([1, 2, 3].map(() => installPythonTool(tool, environment)()));
  // Without a Python all three say so.
  expect(new Set(found.map((each) => JSON.stringify(each))).size).toBe(1);
  if (found[0]?.found !== true) return;
  expect((await readdir(path.join(cache, 'nothing', '1'))).filter((name) => name.endsWith('.lock'))).toStrictEqual([]);
  expect(found[0].prefix).toStrictEqual(['-I']);
}, 120_000);
