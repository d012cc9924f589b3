import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UserError } from '../../../src/errors.ts';
import { folderDigest } from '../../../src/onnx-runtime/package/folder-digest.ts';
import { glibcIn } from '../../../src/onnx-runtime/package/has-glibc.ts';
import { ownOnnxRuntime } from '../../../src/onnx-runtime/package/own-copy.ts';
import { type Build, buildFor } from '../../../src/onnx-runtime/package/pinned.ts';
import { toolCacheRoot, toolFolder } from '../../../src/onnx-runtime/package/tool-folder.ts';
import { unpackTarball } from '../../../src/onnx-runtime/package/untar.ts';
import { type FakeNpm, installFakeNpm, integrityOf, tarball } from '../../support/fake-npm.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'edge-ready-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('unpackTarball', () => {
  const unpack = async (content: Uint8Array): Promise<void> => {
    await writeFile(path.join(folder, 'a.tgz'), content);
    await unpackTarball(path.join(folder, 'a.tgz'), path.join(folder, 'out'), (file) => !file.startsWith('skip'));
  };

  it('keeps the wanted files', async () => {
    const long = 'x'.repeat(100_000);
    await unpack(tarball({ 'package.json': '{}', 'skip/me.js': '1', 'dist/index.js': long }));
    expect(readFileSync(path.join(folder, 'out/dist/index.js'), 'utf8')).toBe(long);
    expect(existsSync(path.join(folder, 'out/skip'))).toBe(false);
  });

  it('never writes outside of its folder', async () => {
    await unpack(tarball({ '../evil.js': '1', 'a/../../evil.js': '1', '/evil.js': '1', 'ok.js': '1' }));
    expect(existsSync(path.join(folder, 'evil.js'))).toBe(false);
    expect(existsSync(path.join(folder, 'out/ok.js'))).toBe(true);
  });

  it('refuses a damaged archive', async () => {
    await expect(unpack(gzipSync(Buffer.alloc(700, 7)))).rejects.toThrow();
    const whole = tarball({ 'a.js': 'x'.repeat(5000) });
    await expect(unpack(whole.subarray(0, whole.length - 20))).rejects.toThrow();
  });
});

describe('folderDigest', () => {
  it('changes with any content or name', async () => {
    await mkdir(path.join(folder, 'd'));
    await writeFile(path.join(folder, 'd/a'), '1');
    const first = await folderDigest(folder);
    expect(await folderDigest(folder)).toBe(first);
    await writeFile(path.join(folder, 'd/a'), '2');
    expect(await folderDigest(folder)).not.toBe(first);
  });
});

describe('buildFor', () => {
  it.each([
    ['linux', 'x64', true, 'native'],
    ['linux', 'arm64', true, 'native'],
    ['linux', 'x64', false, 'wasm'],
    ['linux', 'riscv64', true, 'wasm'],
    ['darwin', 'arm64', true, 'native'],
    ['darwin', 'x64', true, 'wasm'],
    ['win32', 'x64', true, 'native'],
  ])('%s %s (glibc: %s) runs the %s build', (platform, arch, glibc, kind) => {
    const build = buildFor(platform, arch, glibc);
    expect(build.kind).toBe(kind);
    expect(build.digest).toMatch(/^[0-9a-f]{64}$/);
    for (const { integrity } of build.packages)
      expect(Buffer.from(integrity.slice('sha512-'.length), 'base64')).toHaveLength(64);
  });

  it.each([
    ['Debian', '7f00-7f01 r-xp 00000000 08:01 12 /usr/lib/x86_64-linux-gnu/libc.so.6', true],
    ['an old one', '7f00-7f01 r-xp 00000000 08:01 12   /lib64/libc-2.17.so', true],
    ['Alpine', '7f00-7f01 r-xp 00000000 08:01 12 /lib/ld-musl-x86_64.so.1', false],
    ['Alpine with what some of glibc needs', '12 /lib/ld-musl-aarch64.so.1\n13 /lib/libgcompat.so.0', false],
    ['a program that is linked statically', '00400000-00452000 r-xp 00000000 08:01 12 /usr/bin/node', undefined],
  ])('tells glibc by the libraries of a process: %s', (_, maps, expected) => {
    expect(glibcIn(maps)).toBe(expected);
  });

  it('keeps one platform of the native package', () => {
    const { keeps } = buildFor('linux', 'x64', true);
    expect(keeps('onnxruntime-node', 'bin/napi-v6/linux/x64/onnxruntime_binding.node')).toBe(true);
    expect(keeps('onnxruntime-node', 'bin/napi-v6/win32/x64/DirectML.dll')).toBe(false);
    expect(keeps('onnxruntime-node', 'script/install.js')).toBe(false);
  });
});

describe('toolCacheRoot', () => {
  it.each([
    [{ RUNNER_TOOL_CACHE: '/tools', XDG_CACHE_HOME: '/x' }, '/tools'],
    [{ XDG_CACHE_HOME: '/x' }, path.join('/x', 'edge-ready-gate')],
    [{}, path.join(os.homedir(), '.cache', 'edge-ready-gate')],
  ])('%j → %s', (environment, root) => {
    expect(toolCacheRoot(environment)).toBe(root);
  });
});

/** A module with the few exports that the gate uses, in place of the real one. */
const fakeModule =
  'exports.InferenceSession = {}; exports.Tensor = class {}; exports.env = { versions: { common: "1", node: "9.9.9" } };';

describe.skipIf(process.platform === 'win32')('ownOnnxRuntime', () => {
  const content = tarball({
    'package.json': '{"main":"dist/index.js"}',
    'dist/index.js': fakeModule,
    'extra.bin': 'x',
  });
  const integrity = integrityOf(content);
  const build = (wanted = integrity): Build => ({
    kind: 'native',
    module: 'onnxruntime-node',
    packages: [{ name: 'onnxruntime-node', version: '9.9.9', integrity: wanted }],
    platform: 'test-x64',
    digest: '',
    keeps: (_, file) => file !== 'extra.bin',
  });
  let npm: FakeNpm | undefined;
  afterEach(() => npm?.restore());
  const root = (): string => path.join(folder, 'tools');

  it('downloads once, keeps what it needs, and finds it again', async () => {
    npm = installFakeNpm(folder, { delivers: content });
    expect(await ownOnnxRuntime(build(), root())).toMatchObject({ version: '9.9.9', origin: 'npm' });
    expect(await ownOnnxRuntime(build(), root())).toMatchObject({ version: '9.9.9', origin: 'tool cache' });
    expect(npm.calls()).toEqual(['pack onnxruntime-node@9.9.9 --ignore-scripts --loglevel=error']);
    expect(existsSync(path.join(toolFolder(build(), root()), 'node_modules/onnxruntime-node/extra.bin'))).toBe(false);
  });

  it('refuses a package with another hash, and leaves nothing', async () => {
    npm = installFakeNpm(folder, { delivers: content });
    const wrong = build(`sha512-${Buffer.alloc(64).toString('base64')}`);
    await expect(ownOnnxRuntime(wrong, root())).rejects.toThrow('is not the pinned package');
    await expect(ownOnnxRuntime(wrong, root())).rejects.toBeInstanceOf(UserError);
    expect(existsSync(toolFolder(wrong, root()))).toBe(false);
  });

  it('says in one sentence why npm could not', async () => {
    const script = 'echo "npm error code E404" >&2; echo "npm error 404 Not Found" >&2; exit 1';
    npm = installFakeNpm(folder, { script });
    await expect(ownOnnxRuntime(build(), root())).rejects.toThrow(
      'npm could not download onnxruntime-node@9.9.9: code E404, 404 Not Found; install onnxruntime-node where the gate runs, or let npm reach a registry that has it.',
    );
  });
});
