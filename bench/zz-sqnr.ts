import { readFileSync } from 'node:fs';
import { readNpz } from '../src/data/npz.ts';
import { loadOnnxRuntime } from '../src/onnx-runtime/load.ts';
const f = 'node_modules/.ptq/';
const x = readNpz(readFileSync(f + 'd.npz'), 'd').x!;
const rt = await loadOnnxRuntime();
const w = await rt.open(readFileSync(f + 'm.onnx'));
for (const q of process.argv.slice(2)) {
  const a = await rt.open(readFileSync(f + q));
  let s = 0, n = 0;
  for (let i = 50; i < 60; i++) {
    const size = 3 * 224 * 224;
    const feeds = { x: { dtype: 'float32' as const, shape: [1, 3, 224, 224], data: Float32Array.from((x.data as Uint8Array).subarray(i * size, (i + 1) * size)) } };
    const [e, g] = [await w.run(feeds), await a.run(feeds)];
    for (const [k, { data }] of Object.entries(e)) for (let j = 0; j < data.length; j++) { const v = Number(data[j]); s += v * v; n += (v - Number(g[k]!.data[j])) ** 2; }
  }
  console.log(q, (10 * Math.log10(s / n)).toFixed(2));
}
