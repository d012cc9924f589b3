/**
 * microTVM's workspaces and latencies against what MLPerf Tiny v1.0 has of them: `node scripts/run-ts.mjs bench/estimates/micro-tvm.ts`.
 * Nothing here was fitted to workspaces; cycles per instruction of these boards come from the same runs (bench/estimates/cortex-m.ts has them cross-validated).
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { readTflite } from '../../src/formats/tflite/read.ts';
import { microWorkspace } from '../../src/runtimes/tvm/micro.ts';
import { resolveTarget } from '../../src/targets/load.ts';
import { referenceDirectory } from '../reference.ts';
import { type EstimateRow, estimateRow } from './row.ts';

const tiny = 'mlcommons+tiny/benchmark/training';
/** Bytes in closed/OctoML/code/microtvm_cmsis_nn/NUCLEO_L4R5ZI/<model>/model/codegen/host/include/tvmgen_default.h, mlcommons/tiny_results_v1.0. */
const workspaces: Readonly<Record<string, number>> = {
  [`${tiny}/anomaly_detection/trained_models/ad01_int8.tflite`]: 1160,
  [`${tiny}/image_classification/trained_models/pretrainedResnet_quant.tflite`]: 66112,
  [`${tiny}/keyword_spotting/trained_models/kws_ref_model.tflite`]: 17232,
  [`${tiny}/visual_wake_words/trained_models/vww_96_int8.tflite`]: 64800,
};

/** The workspace of each network. */
export async function microTvm(verbose = false): Promise<readonly EstimateRow[]> {
  const target = resolveTarget('nucleo-l4r5zi/tflm');
  const pairs = Object.entries(workspaces).flatMap(([file, measured]) => {
    const full = path.join(referenceDirectory, 'models', file);
    if (!existsSync(full)) return [];
    const estimate = microWorkspace(readTflite(readFileSync(full), file), target).memory.arenaRequired;
    if (verbose) console.log(`    ${path.basename(file)} ${estimate} of ${measured}`);
    return [{ estimate, measured }];
  });
  const how = 'workspace of microTVM with CMSIS-NN in MLPerf Tiny v1.0; nothing fitted';
  return [estimateRow({ runtime: 'tvm (microTVM)', board: 'nucleo-l4r5zi', metric: 'peakRam', how }, pairs)];
}

if (process.argv[1]?.includes('micro-tvm')) console.log(await microTvm(true));
