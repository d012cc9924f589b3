import { readFileSync } from 'node:fs';
import { readOnnx } from '../src/formats/onnx/read.ts';
import { contentOf } from '../src/graph/evaluate/constant-value.ts';
const f = 'node_modules/.ptq/';
const scales = (n: string) => new Map(readOnnx(readFileSync(f + n), n).tensors.filter((t) => t.name.endsWith('_scale') && t.shape?.length === 0).map((t) => [t.name, Number(contentOf(t)!.elements[0])]));
for (const o of ['percentile', 'mse', 'entropy']) {
  const full = scales(`full-${o}.onnx`);
  for (const v of ['base', 's4', 's16', 'e8192-s4', 'e8192-s8', 'e8192-s16', 'e16384-s16']) {
    const s = scales(`${v}-${o}.onnx`); let sum = 0, n = 0, most = 0;
    for (const [k, x] of s) { const d = Math.abs(Math.log(x / (full.get(k) ?? x))); sum += d; n++; most = Math.max(most, d); }
    console.log(o, v, n, 'mean %', (100 * sum / n).toFixed(3), 'max %', (100 * most).toFixed(2));
  }
}
