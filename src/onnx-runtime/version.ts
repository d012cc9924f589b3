import { createRequire } from 'node:module';
import { installedPlaces } from './installed-places.ts';
import { buildForThisMachine, pinnedVersion } from './package/pinned.ts';

/** Which ONNX Runtime `loadOnnxRuntime` would load, told without loading it: the installed one's version, else the pinned one. */
export function onnxRuntimeVersion(): string {
  const { module } = buildForThisMachine();
  for (const place of installedPlaces()) {
    try {
      const { version } = createRequire(place)(`${module}/package.json`) as { readonly version?: unknown };
      return `${module} ${String(version)}`;
    } catch {
      // The next place may have it.
    }
  }
  return `${module} ${pinnedVersion}`;
}
