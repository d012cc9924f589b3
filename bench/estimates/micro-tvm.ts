/**
 * microTVM's workspaces and latencies against what MLPerf Tiny v1.0 has of them: `node scripts/run-ts.mjs bench/estimates/micro-tvm.ts`.
 * Nothing here was fitted to workspaces; cycles per instruction of these boards come from the same runs (bench/estimates/cortex-m.ts has them cross-validated).
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { readTflite } from '../../src/formats/tflite/read.ts';
import type { Graph, TensorId } from '../../src/graph/graph.ts';
import { kernelBuild } from '../../src/runtimes/tflm/kernels.ts';
import { microWorkspace } from '../../src/runtimes/tvm/workspace.ts';
import { loadBoard } from '../../src/targets/load.ts';
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

/** The keyword spotting was compiled with the unified planner off: its code allocates piece by piece, `TVMBackendAllocWorkspace`. */
const withoutPlanner = /kws_ref_model/;

/** Networks that were submitted with floating-point inputs and outputs, `fused_divide_round_add_clip_cast_reshape(float*, …)` in their code; the reference has integers. */
const withFloatEnds = /ad01_int8/;

/** The network with its inputs quantised and its outputs made floating point inside. */
function floatEnds(graph: Graph): Graph {
  const ends = [...graph.inputs, ...graph.outputs];
  const ofFloat = (id: TensorId): TensorId => graph.tensors.length + ends.indexOf(id);
  const operator = (type: string, from: TensorId, to: TensorId): Graph['operators'][number] => ({
    name: type,
    type,
    domain: '',
    version: 1,
    inputs: [from],
    outputs: [to],
    attributes: {},
  });
  const float = ({ name, shape }: Graph['tensors'][number]) => ({
    name: `${name} as float32`,
    shape,
    dtype: 'float32' as const,
  });
  return {
    ...graph,
    tensors: [...graph.tensors, ...ends.flatMap((id) => graph.tensors[id] ?? []).map(float)],
    operators: [
      ...graph.inputs.map((id) => operator('QUANTIZE', ofFloat(id), id)),
      ...graph.operators,
      ...graph.outputs.map((id) => operator('DEQUANTIZE', id, ofFloat(id))),
    ],
    inputs: graph.inputs.map(ofFloat),
    outputs: graph.outputs.map(ofFloat),
  };
}

/** The workspace of each network. */
export async function microTvm(verbose = false): Promise<readonly EstimateRow[]> {
  const build = kernelBuild(loadBoard('nucleo-l4r5zi'));
  const pairs = Object.entries(workspaces).flatMap(([file, measured]) => {
    const full = path.join(referenceDirectory, 'models', file);
    if (!existsSync(full)) return [];
    const read = readTflite(readFileSync(full), file);
    const workspace = microWorkspace(withFloatEnds.test(file) ? floatEnds(read) : read, build);
    const estimate = withoutPlanner.test(file) ? workspace.unplannedBytes : workspace.memory.arenaRequired;
    if (verbose) console.log(`    ${path.basename(file)} ${estimate} of ${measured}`);
    return [{ estimate, measured }];
  });
  const how =
    'workspace of microTVM with CMSIS-NN in MLPerf Tiny v1.0, planned as each was submitted (one with the unified planner off); nothing fitted';
  return [estimateRow({ runtime: 'tvm (microTVM)', board: 'nucleo-l4r5zi', metric: 'peakRam', how }, pairs)];
}

if (process.argv[1]?.includes('micro-tvm')) console.log(await microTvm(true));
