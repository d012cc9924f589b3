import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { folderDigest } from '../../../src/onnx-runtime/package/folder-digest.ts';
import { ownOnnxRuntime } from '../../../src/onnx-runtime/package/own-copy.ts';
import type { Build } from '../../../src/onnx-runtime/package/pinned.ts';
import { toolFolder } from '../../../src/onnx-runtime/package/tool-folder.ts';
import { runtimeToken } from '../../support/fake-github/artifact-service.ts';
import { type FakeGitHub, startFakeGitHub } from '../../support/fake-github/server.ts';
import { type FakeNpm, installFakeNpm, integrityOf, tarball } from '../../support/fake-npm.ts';

/** A module with the few exports that the gate uses, in place of the real one. */
const moduleOf = (version: string): Buffer =>
  tarball({
    'package.json': '{"main":"dist/index.js"}',
    'dist/index.js': `exports.InferenceSession = {}; exports.Tensor = class {}; exports.env = { versions: { common: "1", node: "${version}" } };`,
  });
const content = moduleOf('9.9.9');
const build = (digest: string): Build => ({
  kind: 'native',
  module: 'onnxruntime-node',
  packages: [{ name: 'onnxruntime-node', version: '9.9.9', integrity: integrityOf(content) }],
  platform: 'test-x64',
  digest,
  keeps: () => true,
});

describe.skipIf(process.platform === 'win32')('the workflow’s cache', () => {
  let github: FakeGitHub;
  let folder = '';
  let npm: FakeNpm;
  let digest = '';
  beforeAll(async () => {
    github = await startFakeGitHub();
  });
  afterAll(async () => {
    await github.close();
  });
  beforeEach(async () => {
    github.artifacts.splice(0);
    github.faults.splice(0);
    folder = mkdtempSync(path.join(os.tmpdir(), 'edge-ready-cache-'));
    npm = installFakeNpm(folder, { delivers: content });
    vi.stubEnv('GITHUB_ACTIONS', 'true');
    vi.stubEnv('GITHUB_SERVER_URL', 'https://github.com');
    vi.stubEnv('GITHUB_WORKSPACE', folder);
    vi.stubEnv('ACTIONS_CACHE_SERVICE_V2', 'true');
    vi.stubEnv('ACTIONS_RESULTS_URL', github.url);
    vi.stubEnv('ACTIONS_RUNTIME_TOKEN', runtimeToken('1', 'job'));
    vi.stubEnv('RUNNER_TEMP', folder);
    vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    // What a build's pinned digest is: that of the files that are kept.
    await ownOnnxRuntime(build(''), root());
    digest = await folderDigest(toolFolder(build(''), root()));
    github.artifacts.splice(0);
    another();
  });
  afterEach(() => {
    npm.restore();
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
    rmSync(folder, { recursive: true, force: true });
  });
  const root = () => path.join(folder, 'tools');
  /** Another runner: its tool cache is empty. */
  const another = () => rmSync(root(), { recursive: true, force: true });
  const origin = async () => (await ownOnnxRuntime(build(digest), root())).origin;

  test('what one run packed, the next restores without npm', async () => {
    expect(await origin()).toBe('npm');
    const calls = npm.calls().length;
    another();
    expect(await origin()).toBe('workflow cache');
    expect(await origin()).toBe('tool cache');
    expect(npm.calls()).toHaveLength(calls);
  });

  test('what another branch put there under that name is refused, and leaves nothing', async () => {
    expect(await origin()).toBe('npm');
    another();
    const expected = digest;
    digest = '0'.repeat(64);
    expect(await origin()).toBe('npm');
    digest = expected;
    another();
    expect(await origin()).toBe('workflow cache');
  });

  test('a cached archive that is none is refused', async () => {
    expect(await origin()).toBe('npm');
    another();
    const entry = github.artifacts[0];
    expect(entry).toBeDefined();
    const calls = npm.calls().length;
    if (entry !== undefined) entry.bytes = Buffer.from('no archive');
    expect(await origin()).toBe('npm');
    expect(npm.calls()).toHaveLength(calls + 1);
  });

  test.each([503, 403, 'drop' as const])('a cache that fails (%s) is none', async (status) => {
    const wait = globalThis.setTimeout;
    vi.stubGlobal('setTimeout', (task: () => void, ms = 0) => wait(task, ms >= 1000 ? ms / 1000 : ms));
    github.faults.push({ method: 'POST', path: /CacheService/, times: 99, status, message: 'cache write denied: no' });
    expect(await origin()).toBe('npm');
    vi.unstubAllGlobals();
  });

  test('a cache outside of a workflow is not asked', async () => {
    vi.stubEnv('GITHUB_ACTIONS', '');
    const asked = github.requests.length;
    expect(await origin()).toBe('npm');
    expect(github.requests).toHaveLength(asked);
  });

  test('a folder that was left half there is made anew', async () => {
    await origin();
    rmSync(`${toolFolder(build(digest), root())}.complete`);
    writeFileSync(path.join(toolFolder(build(digest), root()), 'half'), '');
    github.artifacts.splice(0);
    expect(await origin()).toBe('npm');
    expect(existsSync(path.join(toolFolder(build(digest), root()), 'half'))).toBe(false);
  });
});
