// Writes fixtures/ort: the small models that fuzzing of ONNX starts from, as ONNX Runtime saves them in its own format.
//   node scripts/run-ts.mjs scripts/make-ort-fixtures.ts
import { writeFileSync } from 'node:fs';
import { ortFile } from '../src/onnx-runtime/ort-file.ts';
import { runnableSeeds } from '../test/fuzz/formats/onnx-seeds.ts';

for (const [name, model] of Object.entries(runnableSeeds())) {
  writeFileSync(`fixtures/ort/${name}.ort`, await ortFile(model));
}
