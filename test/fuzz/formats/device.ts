import { deviceMetrics, parseDeviceResult } from '../../../src/devices/device-result.ts';
import { metricSchema } from '../../../src/measurement/measurement.ts';
import type { Fuzzer } from '../fuzzer.ts';
import { documentFuzzer } from './documents.ts';

/** What a measuring command prints or a result file holds. */
export function deviceFuzzer(): Fuzzer {
  return documentFuzzer({
    name: 'device',
    extension: 'json',
    trees: [
      { device: 'NUCLEO-L4R5ZI no. 3', latency: [12.1, 12.3, 12.2], energy: 0.4, peakRam: 40_960, flash: 120_000 },
      { latency: 3.5 },
      { energy: [0.1, 0.2] },
    ],
    write: (tree) => JSON.stringify(tree) ?? '',
    run: (bytes) => {
      const metrics = deviceMetrics(parseDeviceResult(new TextDecoder().decode(bytes), 'measure.sh'), 'measure.sh');
      for (const metric of Object.values(metrics)) metricSchema.parse(JSON.parse(JSON.stringify(metric)));
      return 'measured';
    },
  });
}
