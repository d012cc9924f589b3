import type { Fuzzer } from '../fuzzer.ts';
import { boardFuzzer } from './board.ts';
import { configFuzzer } from './config.ts';
import { csvFuzzer } from './csv.ts';
import { deviceFuzzer } from './device.ts';
import { eventFuzzer } from './event.ts';
import { historyFuzzer } from './history.ts';
import { jpegFuzzer, pngFuzzer } from './images.ts';
import { measurementFuzzer } from './measurement.ts';
import { npyFuzzer } from './npy.ts';
import { npzFuzzer } from './npz.ts';
import { onnxFuzzer } from './onnx.ts';
import { ortFuzzer } from './ort.ts';
import { shardFuzzer } from './shard.ts';
import { tfliteFuzzer } from './tflite.ts';

/** Further files to start from, such as real models that the repository does not hold. */
export interface MoreSeeds {
  readonly onnx?: readonly Uint8Array[];
  readonly tflite?: readonly Uint8Array[];
}

/** Every format's fuzzer by its name; made when asked for, as reading the seeds takes a while. */
export const fuzzers: Readonly<Record<string, (more: MoreSeeds) => Fuzzer>> = {
  onnx: ({ onnx }) => onnxFuzzer(onnx),
  tflite: ({ tflite }) => tfliteFuzzer(tflite),
  ort: () => ortFuzzer(),
  npz: () => npzFuzzer(),
  npy: () => npyFuzzer(),
  csv: () => csvFuzzer(),
  png: () => pngFuzzer(),
  jpeg: () => jpegFuzzer(),
  config: () => configFuzzer(),
  board: () => boardFuzzer(),
  event: () => eventFuzzer(),
  shard: () => shardFuzzer(),
  device: () => deviceFuzzer(),
  measurement: () => measurementFuzzer(),
  history: () => historyFuzzer(),
};
