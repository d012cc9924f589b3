import { hasGlibc } from './has-glibc.ts';

/** One npm package that ONNX Runtime needs, pinned by what its registry calls `dist.integrity`. */
export interface PinnedPackage {
  readonly name: string;
  readonly version: string;
  /** Of the tarball: `sha512-` and base64. */
  readonly integrity: string;
}

/** How ONNX Runtime runs on a platform: its packages, and which of their files are kept. */
export interface Build {
  /** `native` is onnxruntime-node's binary; `wasm` is onnxruntime-web, which runs everywhere and several times slower. */
  readonly kind: 'native' | 'wasm';
  readonly module: 'onnxruntime-node' | 'onnxruntime-web';
  readonly packages: readonly PinnedPackage[];
  /** Names the build in caches: `linux-x64`, `wasm`. */
  readonly platform: string;
  /** sha256 of the folder as `folderDigest` computes it; what a shared cache gives back is trusted only if it has this. */
  readonly digest: string;
  readonly keeps: (packageName: string, path: string) => boolean;
}

/** The ONNX Runtime that the gate installs when there is none. */
export const pinnedVersion = '1.30.0';

const common: PinnedPackage = {
  name: 'onnxruntime-common',
  version: pinnedVersion,
  integrity: 'sha512-7fdVWjAID1dVhH/G8qK3APARunV4VkBFoCQAP7qp4Wkab0mrorvmc+sqiT+mKXOzDqdjN5j+/Z9nb4gzNPWcyA==',
};
const node: PinnedPackage = {
  name: 'onnxruntime-node',
  version: pinnedVersion,
  integrity: 'sha512-twhs1C2C/BFkz1yc5OY0KIU2GUq6DURO7hD4bx5Q2Qy3nAMJwRXW8xU3NVczE29VA9lolLOYepoD8fjTGOfIqw==',
};
const web: PinnedPackage = {
  name: 'onnxruntime-web',
  version: pinnedVersion,
  integrity: 'sha512-q0y+JrrtukXSzsBWEMccVfqX25LRmosXHF+CaRJmg8pZClzcV7svNc4rKY3jL02Vb7QmRMDs1SigqR4CXAfKYQ==',
};

/** The platforms that onnxruntime-node 1.30.0 has a binary for (`bin/napi-v6/*`), with the digest of what is kept. */
const nativeDigests: Readonly<Record<string, string>> = {
  'linux-x64': '72b3bf6930e0f1d57b68d03a18d141fc0068505e049134ecf405966a8c87f414',
  'linux-arm64': '4817fba49ff71198a9e9e508c667969fe88548bc7383af593b956ef1e6c7bd51',
  'darwin-arm64': '5955ba2782f2ccd3c34e89df8319d34258428c2ac434d56f26727074c0c2eaf5',
  'win32-x64': '3246724651038516aa97268c35d08b56b7deec6c804e2fe04ecc5eae11392e0f',
  'win32-arm64': 'eec25c85aba02188474d544dc078d4b55669c777e7f8703da3c8a15cb2e71a13',
};
const wasmDigest = '2eb513c55254dbcb6a13a163e636cf227cb911a1442a8d5853abf6a739f53134';

/** The files of onnxruntime-common that `require` needs. */
const keepsCommon = (path: string): boolean =>
  path === 'package.json' || (path.startsWith('dist/cjs/') && /\.(js|json)$/.test(path));

/** The files of onnxruntime-web that `require` needs in Node: its loader and the WebAssembly build for CPUs. */
const webFiles: ReadonlySet<string> = new Set([
  'package.json',
  'dist/ort.node.min.js',
  'dist/ort-wasm-simd-threaded.mjs',
  'dist/ort-wasm-simd-threaded.wasm',
]);

/** The build for a platform: the native one where onnxruntime-node has a binary (which needs glibc on Linux), WebAssembly elsewhere. */
export function buildFor(platform: string, arch: string, isGlibc: boolean): Build {
  const name = `${platform}-${arch}`;
  const digest = nativeDigests[name];
  if (digest === undefined || (platform === 'linux' && !isGlibc)) {
    return {
      kind: 'wasm',
      module: 'onnxruntime-web',
      packages: [web, common],
      platform: 'wasm',
      digest: wasmDigest,
      keeps: (packageName, path) => (packageName === common.name ? keepsCommon(path) : webFiles.has(path)),
    };
  }
  const binaries = `bin/napi-v6/${platform}/${arch}/`;
  return {
    kind: 'native',
    module: 'onnxruntime-node',
    packages: [node, common],
    platform: name,
    digest,
    keeps: (packageName, path) =>
      packageName === common.name
        ? keepsCommon(path)
        : path === 'package.json' || /^dist\/[^/]+\.js$/.test(path) || path.startsWith(binaries),
  };
}

/** The build for the machine that we run on. */
export function buildForThisMachine(): Build {
  return buildFor(process.platform, process.arch, process.platform !== 'linux' || hasGlibc());
}
