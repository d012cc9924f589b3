import { afterEach, expect, test, vi } from 'vitest';
import { installedPlaces } from '../../src/onnx-runtime/installed-places.ts';
import { loadOnnxRuntime } from '../../src/onnx-runtime/load.ts';
import { onnxRuntimeVersion } from '../../src/onnx-runtime/version.ts';

afterEach(() => vi.unstubAllEnvs());

test('an ONNX Runtime that is installed beside the gate is used before any other, and only once loaded', async () => {
  const runtime = await loadOnnxRuntime();
  expect(runtime.origin).toBe('installed');
  expect(onnxRuntimeVersion()).toBe(`onnxruntime-node ${runtime.version}`);
  expect(await loadOnnxRuntime()).toBe(runtime);
});

test('in a workflow nothing is loaded from the checkout, which is the pull request’s', () => {
  vi.stubEnv('GITHUB_ACTIONS', 'true');
  expect(installedPlaces().filter((place) => !place.startsWith('file:'))).toEqual([]);
  vi.stubEnv('GITHUB_ACTIONS', '');
  expect(installedPlaces()).toHaveLength(2);
});
