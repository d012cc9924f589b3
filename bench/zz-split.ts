import path from 'node:path'; import { mkdirSync } from 'node:fs';
import { bundleInto } from './zz-bundle.ts';
const f = path.resolve('node_modules/.ptq/split'); mkdirSync(f, { recursive: true });
await bundleInto(f, { alone: path.resolve('bench', 'quantize-onnx-alone.ts') });
