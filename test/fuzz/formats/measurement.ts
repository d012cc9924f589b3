import { firstMistake } from '../../../src/basics/first-mistake.ts';
import { UserError } from '../../../src/errors.ts';
import { measurementSchema } from '../../../src/measurement/measurement.ts';
import { resolveTarget } from '../../../src/targets/load.ts';
import { narrowModel, wideModel } from '../../support/measurements.ts';
import type { Fuzzer } from '../fuzzer.ts';
import { documentFuzzer } from './documents.ts';
import { expectReport } from './model-way.ts';

/** Measurements as JSON documents, such as come back out of a cache: what their schema takes can be judged and rendered. */
export function measurementFuzzer(): Fuzzer {
  const target = resolveTarget('arduino-nano-33-ble/tflm');
  return documentFuzzer({
    name: 'measurement',
    extension: 'json',
    trees: [narrowModel(), wideModel()],
    write: (tree) => JSON.stringify(tree) ?? '',
    run: (bytes) => {
      const parsed = measurementSchema.safeParse(parsedJson(new TextDecoder().decode(bytes)));
      if (!parsed.success) throw new UserError(`not a measurement: ${firstMistake(parsed.error)}`);
      expectReport({ measurement: parsed.data }, target);
      return 'rendered';
    },
  });
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
