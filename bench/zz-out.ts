import { readFileSync, writeFileSync } from 'node:fs';
import { readOnnx } from '../src/formats/onnx/read.ts';
import { writeOnnx } from '../src/formats/onnx/write.ts';
import { observedOnnxTensors } from '../src/quantize/onnx/quantize-onnx.ts';
import { withExtents } from '../src/calibrate/with-extents.ts';
import { constantOf, tensorOf } from '../src/graph/evaluate/constant-value.ts';
const f = 'node_modules/.ptq/';
const g = readOnnx(readFileSync(f + 'simple.onnx'), 'm');
const c = observedOnnxTensors(g).filter((i) => !g.inputs.includes(i));
const make = (ext: boolean, kind: string) => {
  const e = ext ? withExtents(g, c) : { ...g, outputs: [] as number[], tensors: [...g.tensors], operators: [...g.operators] };
  const tensors = [...e.tensors], operators = [...e.operators] as any[], outputs = [...e.outputs];
  const k = (n: string, v: number[], s = [v.length]) => tensors.push(tensorOf(n, constantOf('int64', s, v))) - 1;
  const st = k('st', [1]), en = k('en', [1e9]), ax = k('ax', [2]), four = k('four', [4]);
  const ops: any[] = []; const outs: number[] = [];
  for (const id of [...c].reverse()) {
    const t = g.tensors[id]!; const n = (t.shape as number[]).reduce((a, b) => a * b, 1);
    if (n < 65536) { outs.push(id); continue; }
    const o = tensors.push({ name: t.name + '/part', dtype: 'float32', shape: undefined }) - 1;
    outs.push(o);
    if (kind === 'slice') ops.push({ name: t.name + '/part', type: 'Slice', domain: '', version: 13, inputs: [id, st, en, ax, four], outputs: [o], attributes: {} });
    else ops.push({ name: t.name + '/part', type: 'MaxPool', domain: '', version: 12, inputs: [id], outputs: [o], attributes: { kernel_shape: { kind: 'ints', value: [1, 1] }, strides: { kind: 'ints', value: [2, 2] } } });
  }
  // interleave not needed: leaves in reverse
  return { ...g, tensors, operators: [...operators, ...ops], outputs: [...outputs, ...outs] } as any;
};
writeFileSync(f + 'slice.onnx', writeOnnx(make(false, 'slice')));
writeFileSync(f + 'slicee.onnx', writeOnnx(make(true, 'slice')));
writeFileSync(f + 'pool.onnx', writeOnnx(make(false, 'pool')));
writeFileSync(f + 'poole.onnx', writeOnnx(make(true, 'pool')));
