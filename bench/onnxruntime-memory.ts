// What ONNX Runtime's sessions take in memory: grows of the process's anonymous memory (Linux: RssAnon) for models given as arguments, each in a process of its own,
// median of several. Prints one JSON line per model: the base that the library takes, what loading adds, what the first inference adds.
//   npx esbuild bench/onnxruntime-memory.ts --bundle --platform=node --format=esm --packages=external --outfile=/tmp/memory.mjs && node /tmp/memory.mjs models/*.onnx
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

interface Grown {
  readonly library: number;
  readonly session: number;
  readonly run: number;
}

const repeats = 5;

/** Anonymous memory and memory mapped from files, bytes. */
function resident(): { readonly anonymous: number; readonly file: number } {
  globalThis.gc?.();
  const status = readFileSync('/proc/self/status', 'utf8');
  const field = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1] ?? 0) * 1024;
  return { anonymous: field('RssAnon'), file: field('RssFile') };
}

async function measure(model: string): Promise<Grown> {
  const start = resident();
  const ort = createRequire(path.join(process.cwd(), 'any.js'))(
    'onnxruntime-node',
  ) as typeof import('onnxruntime-common');
  const options = { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 4 } as const;
  // A first session of the smallest model starts what is there once a process.
  const tiny = await ort.InferenceSession.create(tinyModel, options);
  await tiny.run({ x: new ort.Tensor('float32', new Float32Array(1), [1]) });
  const loaded = resident();
  const session = await ort.InferenceSession.create(model, options);
  const created = resident();
  const feeds = Object.fromEntries(
    session.inputMetadata.map((input) => {
      if (!input.isTensor) throw new Error('not a tensor');
      const shape = input.shape.map((extent) => (typeof extent === 'number' ? extent : 1));
      const elements = shape.reduce((product, extent) => product * extent, 1);
      const data = input.type === 'float32' ? new Float32Array(elements) : new Int8Array(elements);
      return [input.name, new ort.Tensor(input.type as 'float32', data as Float32Array, shape)];
    }),
  );
  await session.run(feeds);
  const ran = resident();
  return {
    library: loaded.anonymous - start.anonymous + loaded.file - start.file,
    session: created.anonymous - loaded.anonymous + Math.max(0, created.file - loaded.file),
    run: ran.anonymous - created.anonymous + Math.max(0, ran.file - created.file),
  };
}

/** `y = Identity(x)` of one number, opset 13. */
const tinyModel = Buffer.from(
  '08073a370a100a017812017922084964656e746974791201675a0f0a0178120a0a08080112040a020801620f0a0179120a0a08080112040a02080142040a00100d',
  'hex',
);

if (process.argv[2] === '--one') {
  process.stdout.write(JSON.stringify(await measure(process.argv[3] ?? '')));
} else {
  for (const model of process.argv.slice(2)) {
    const runs: Grown[] = [];
    for (let repeat = 0; repeat < repeats; repeat += 1) {
      const command = ['--expose-gc', fileURLToPath(import.meta.url), '--one', model];
      try {
        runs.push(
          JSON.parse(
            execFileSync(process.execPath, command, { stdio: ['ignore', 'pipe', 'ignore'] }).toString(),
          ) as Grown,
        );
      } catch {
        break;
      }
    }
    if (runs.length < repeats) continue;
    const median = (key: keyof Grown): number => runs.map((run) => run[key]).sort((a, b) => a - b)[repeats >> 1] ?? 0;
    console.log(JSON.stringify({ model, library: median('library'), session: median('session'), run: median('run') }));
  }
}
