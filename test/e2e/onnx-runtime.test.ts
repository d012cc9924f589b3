import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { folderDigest } from '../../src/onnx-runtime/package/folder-digest.ts';
import { ownOnnxRuntime } from '../../src/onnx-runtime/package/own-copy.ts';
import { type Build, buildFor, buildForThisMachine, pinnedVersion } from '../../src/onnx-runtime/package/pinned.ts';
import { toolFolder } from '../../src/onnx-runtime/package/tool-folder.ts';

const root = mkdtempSync(path.join(tmpdir(), 'edge-ready-npm-'));
// Its own copy is what is tested, not a workflow's cache.
beforeAll(() => {
  vi.stubEnv('GITHUB_ACTIONS', '');
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true, force: true });
});

const native = buildForThisMachine();
const builds: readonly (readonly [string, Build])[] = [
  ...(native.kind === 'native' ? ([['the binary of this platform', native]] as const) : []),
  ['WebAssembly, for musl', buildFor('linux', 'x64', false)],
  ['WebAssembly, for macOS on Intel', buildFor('darwin', 'x64', true)],
];

describe('ONNX Runtime as the user’s own npm delivers it', () => {
  test.each(builds)('%s: packed, verified, kept for one platform, and it runs a model', async (_name, build) => {
    const runtime = await ownOnnxRuntime(build, root);
    expect(runtime.version).toContain(pinnedVersion);
    expect(['npm', 'tool cache']).toContain(runtime.origin);
    expect(await folderDigest(toolFolder(build, root))).toBe(build.digest);
    const session = await runtime.open(readFileSync('fixtures/digits/base/digits.onnx'));
    const [input] = session.inputs;
    const shape = (input?.shape ?? []).map((extent) => (typeof extent === 'number' ? extent : 1));
    const data = new Float32Array(shape.reduce((product, extent) => product * extent, 1)).fill(0.5);
    const results = await session.run({ [input?.name ?? '']: { dtype: 'float32', shape, data } });
    const values = Object.values(results)[0]?.data;
    expect(values).toHaveLength(10);
    expect([...(values ?? [])].every((value) => Number.isFinite(Number(value)))).toBe(true);
    await session.close();
  });
});
