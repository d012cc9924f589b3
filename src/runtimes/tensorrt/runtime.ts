import type { Graph } from '../../graph/graph.ts';
import { operatorPlace } from '../../graph/operator-place.ts';
import type { Finding, Layer } from '../../measurement/measurement.ts';
import { isQuantized } from '../../quantize/is-quantized.ts';
import type { QdqRules } from '../../quantize/onnx/qdq-rules.ts';
import type { Board } from '../../targets/board.ts';
import type { Target } from '../../targets/target.ts';
import { energyOf, latencySum, whyMissing } from '../estimate/latency-and-energy.ts';
import { costedLayers } from '../estimate/layers.ts';
import { misfits } from '../estimate/misfits.ts';
import { openShapes } from '../estimate/open-shapes.ts';
import { plannedActivations } from '../estimate/planned-activations.ts';
import { totalBytes } from '../estimate/total-bytes.ts';
import { type ExecutedGraph, executedGraph } from '../onnxruntime/executed-graph.ts';
import { acceleratorUnit, unitMilliseconds } from '../roofline/time.ts';
import { computedTensors, operatorWork } from '../roofline/work.ts';
import type { Artifact, Estimate, Part, Runtime } from '../runtime.ts';
import { compileWithTrtexec } from './compile.ts';
import { refusedByTensorrt } from './support.ts';
import { trtexec } from './trtexec.ts';

/**
 * TensorRT's explicit quantisation (NVIDIA TensorRT documentation, "Explicit Quantization"; onnx-tensorrt's importer): int8 in [-128, 127] with zero point 0, per channel for weights alone;
 * int32 is not dequantised, so that biases stay in float; a ReLU or clip behind a layer is part of it.
 */
const rules: QdqRules = {
  activations: 'symmetric',
  scales: 'any',
  weights: 'per-channel',
  bias: 'float',
  fusing: new Set(['Conv', 'Gemm', 'MatMul', 'Add', 'ConvTranspose']),
  allResults: false,
};

/** NVIDIA TensorRT on the GPU of a Jetson, built with float16 allowed and int8 where Q/DQ say so. */
export const tensorrt: Runtime = {
  id: 'tensorrt',
  title: 'TensorRT',
  loads: ['onnx'],
  takesAsIs: isQuantized,
  qdqRules: () => rules,
  estimate,
  compile: (artifact, target) => compileWithTrtexec(artifact, target, estimate(artifact, target)),
  compilerVersion: trtexec.version,
  compilerRunsModel: true,
};

/** Bytes of an engine beside its weights, for each executed operator; and the mean error of engines estimated so: file sizes of 10 engines of YOLO11 in float16 and int8, ultralytics/ultralytics 0100750 docs/en/guides/nvidia-jetson.md. */
const engine = { bytesPerOperator: 10_000, error: 0.05 };

/** Buffers of the GPU start at multiples of this (CUDA C++ Programming Guide, "Device Memory Accesses"). */
const alignment = 256;

function estimate(artifact: Artifact, target: Target): Estimate {
  const { board } = target;
  const executed = executedGraph(artifact.graph, {
    fusing: rules.fusing,
    floatBias: true,
    moreKernels: new Set(['ConvTranspose']),
  });
  const hasInt8 = board.runtimes.tensorrt?.roofline?.costs.int8 !== undefined;
  const index = (position: number) => executed.steps[position]?.index ?? position;
  const { memory, liveBytes } = plannedActivations(executed.graph, alignment, index);
  const layers = layersOf(executed, liveBytes, board, hasInt8, index);
  const error = board.runtimes.tensorrt?.latencyError?.value;
  const clock = (board.runtimes.tensorrt?.accelerator?.clockHz?.value ?? 0) / 1e6;
  const source = `roofline per operator on the GPU at ${clock} MHz, in float16${hasInt8 ? ', and int8 between Q and DQ' : ''}`;
  const latency = latencySum(layers, error, source);
  const energy = energyOf(latency, board, 'tensorrt');
  const parts = engineParts(artifact.graph, executed, hasInt8);
  const engineBytes = totalBytes(parts);
  const findings = [
    ...refusedByTensorrt(artifact.graph),
    ...notInteger(artifact.graph, executed, hasInt8, board),
    ...openShapes(executed.graph),
    ...misfits(target, memory.arenaRequired + engineBytes, engineBytes),
    compilerMissing,
  ];
  return {
    deployable: findings.every(({ severity }) => severity !== 'error'),
    peakRam: null,
    flash: {
      value: engineBytes,
      unit: 'B',
      basis: 'modelled',
      error: engine.error,
      source:
        'the engine: weights as the GPU computes with them, and 10 kB for each operator; CUDA and TensorRT themselves come with JetPack',
    },
    latency,
    energy,
    unavailable: {
      peakRam: `Engine and activations need ${((memory.arenaRequired + engineBytes) / 2 ** 20).toFixed(1)} MiB; what CUDA and TensorRT hold besides was not measured.`,
      ...whyMissing(latency, energy, board, 'TensorRT'),
    },
    memory,
    parts: { peakRam: [], flash: parts },
    layers,
    findings,
  };
}

const compilerMissing: Finding = {
  code: 'compiler-missing',
  severity: 'info',
  message: `These figures are our own model of TensorRT: trtexec is not on this machine, or the GPU here is not the target's. ${trtexec.howToGet}`,
};

function layersOf(
  executed: ExecutedGraph,
  liveBytes: readonly number[],
  board: Board,
  hasInt8: boolean,
  index: (position: number) => number,
): readonly Layer[] {
  const unit = acceleratorUnit(board, 'tensorrt');
  const { graph } = executed;
  const computed = computedTensors(graph);
  const costs = executed.steps.map(({ operator, isInteger }, position) => {
    const work = operatorWork(graph, operator, computed);
    const isInt8 = isInteger && hasInt8;
    // Floating-point tensors of the file are computed with in half the bytes.
    const half = isInteger ? work : { ...work, weightBytes: work.weightBytes / 2, dataBytes: work.dataBytes / 2 };
    const milliseconds = unit === undefined ? undefined : unitMilliseconds(half, unit, isInt8 ? 'int8' : 'float16');
    return { milliseconds, unit: 'gpu' as const, liveBytes: liveBytes[position] ?? 0 };
  });
  return costedLayers(graph, board, costs, index);
}

function engineParts(graph: Graph, executed: ExecutedGraph, hasInt8: boolean): readonly Part[] {
  const weights = graph.tensors.reduce((sum, { data, dtype }) => {
    const bytes = data?.byteLength ?? 0;
    if (dtype === 'float32') return sum + bytes / 2;
    return sum + (dtype === 'int8' && !hasInt8 ? 2 * bytes : bytes);
  }, 0);
  return [
    { name: 'weights', bytes: Math.round(weights) },
    { name: 'engine', bytes: engine.bytesPerOperator * executed.steps.length },
  ];
}

/** What could run in int8 and does not: Q/DQ are not where they need to be, or the GPU has no int8. */
function notInteger(graph: Graph, executed: ExecutedGraph, hasInt8: boolean, board: Board): readonly Finding[] {
  if (!isQuantized(graph)) return [];
  if (!hasInt8) {
    const message = `The GPU of ${board.title} has no int8: TensorRT computes this model in floating point, and a float model is as fast and more accurate.`;
    return [{ code: 'no-int8', severity: 'warning', message }];
  }
  return executed.steps.flatMap(({ operator, index, isInteger }): readonly Finding[] =>
    isInteger || !/^(Conv|ConvTranspose|Gemm|MatMul)$/.test(operator.type)
      ? []
      : [
          {
            code: 'fallback',
            severity: 'warning',
            where: operatorPlace(operator, index),
            message: `${operator.type} runs in floating point: int8 needs DequantizeLinear on its data and on its weights, and QuantizeLinear behind it with nothing else reading its result.`,
          },
        ],
  );
}
