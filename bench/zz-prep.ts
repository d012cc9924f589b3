import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { makeRandom } from '../src/basics/random.ts';
import { writeNpz } from '../src/data/write-npz.ts';
import { writeOnnx } from '../src/formats/onnx/write.ts';
import { bundleInto } from './bundle.ts';
import { mobileNetV2 } from './mobilenet-v2.ts';
const f = path.resolve('node_modules/.ptq'); mkdirSync(f, { recursive: true });
writeFileSync(path.join(f, 'm.onnx'), writeOnnx(mobileNetV2()));
// same pictures as the bench
const random = makeRandom(5);
const [count, channels, size] = [60, 3, 224];
const data = new Uint8Array(count * channels * size * size);
let at = 0;
for (let plane = 0; plane < count * channels; plane += 1) {
  const [base, amplitude, across, down] = [random(256), random(128), random(1000) / 4000, random(1000) / 4000];
  for (let y = 0; y < size; y += 1) for (let x = 0; x < size; x += 1) {
    const value = base + amplitude * Math.sin(across * x + down * y + plane) + random(30) - 15;
    data[at++] = Math.max(0, Math.min(255, value));
  }
}
writeFileSync(path.join(f, 'd.npz'), writeNpz({ x: { dtype: 'uint8', shape: [60, 3, 224, 224], data } as never }));
await bundleInto(f, { alone: path.resolve('bench', 'quantize-onnx-alone.ts') });
