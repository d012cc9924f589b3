// `import code from './kernels.wasm'` gives the bytes of what src/kernels/fast/assembly compiles to: a plug-in for esbuild and one for vitest.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const folder = path.join(root, 'src/kernels/fast/assembly');
const cacheFolder = path.join(root, 'node_modules/.cache/assembly');
const options = ['--runtime', 'stub', '--noAssert', '-O3', '--enable', 'simd', '--enable', 'bulk-memory'];

/** The module's bytes; compiled once per state of its sources and of the compiler. */
async function compiled() {
  const compiler = readFileSync(path.join(root, 'node_modules/assemblyscript/package.json'), 'utf8');
  const hash = createHash('sha256').update(JSON.stringify([JSON.parse(compiler).version, options]));
  for (const name of readdirSync(folder).sort()) hash.update(`${name}\0`).update(readFileSync(path.join(folder, name)));
  const cached = path.join(cacheFolder, `${hash.digest('hex')}.wasm`);
  try {
    return readFileSync(cached);
  } catch {
    const code = await compile();
    mkdirSync(cacheFolder, { recursive: true });
    writeFileSync(`${cached}.${process.pid}`, code);
    renameSync(`${cached}.${process.pid}`, cached);
    return code;
  }
}

async function compile() {
  const { default: asc } = await import('assemblyscript/asc');
  let code;
  const { error, stderr } = await asc.main(['index.ts', '--baseDir', folder, '--outFile', 'kernels.wasm', ...options], {
    writeFile: (_name, content) => {
      code = content;
    },
  });
  if (error || code === undefined) throw new Error(`The fast kernels do not compile:\n${stderr}`);
  return code;
}

export const assemblyForEsbuild = {
  name: 'assembly',
  setup(build) {
    build.onResolve({ filter: /\/kernels\.wasm$/ }, () => ({ path: 'kernels', namespace: 'assembly' }));
    build.onLoad({ filter: /^kernels$/, namespace: 'assembly' }, async () => ({
      contents: await compiled(),
      loader: 'binary',
    }));
  },
};

export const assemblyForVitest = {
  name: 'assembly',
  enforce: 'pre',
  resolveId: (id) => (id.endsWith('/kernels.wasm') ? '\0assembly:kernels' : undefined),
  async load(id) {
    if (id !== '\0assembly:kernels') return undefined;
    const base64 = Buffer.from(await compiled()).toString('base64');
    return `export default new Uint8Array(Buffer.from('${base64}', 'base64'));`;
  },
};
