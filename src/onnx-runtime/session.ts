import type { InferenceSession, Tensor, TensorConstructor } from 'onnxruntime-common';
import type { NumberArray } from '../data/data-set.ts';
import { messageOf } from '../errors.ts';
import type { OnnxContent } from '../formats/onnx/write-apart.ts';
import type { DataType } from '../graph/data-type.ts';
import type { Dimension } from '../graph/graph.ts';

/** What we use of onnxruntime-node and onnxruntime-web, which both have the API of onnxruntime-common. */
export interface OnnxRuntimeModule {
  readonly InferenceSession: {
    create(model: Uint8Array, options: InferenceSession.SessionOptions): Promise<InferenceSession>;
  };
  readonly Tensor: TensorConstructor;
  readonly env: {
    readonly versions: { readonly common: string; readonly node?: string; readonly web?: string };
    wasm?: { numThreads?: number };
  };
}

/** ONNX Runtime, wherever it was found. */
export interface OnnxRuntime {
  readonly version: string;
  readonly origin: 'installed' | 'tool cache' | 'workflow cache' | 'npm';
  /** Whether a model's external data may be given as `content`. */
  readonly takesContent: boolean;
  /** @throws OnnxRuntimeError when ONNX Runtime refuses the model. */
  readonly open: (model: Uint8Array, options?: SessionOptions) => Promise<OnnxSession>;
  /** Writes a model in ONNX Runtime's own format (`.ort`), as it rewrites it for any CPU. @throws OnnxRuntimeError when it refuses the model, or is the build for WebAssembly */
  readonly saveOrt: (model: Uint8Array, file: string) => Promise<void>;
}

export interface SessionOptions {
  /** What ONNX Runtime may rewrite before it runs; all of it by default. */
  readonly optimization?: 'disabled' | 'basic' | 'extended' | 'all';
  /** Runs QDQ models on this machine's integer kernels, as the device will; off by default, see `sessionOptions`. */
  readonly integerKernels?: boolean;
  /** Threads that share the work of one operator; 1 by default. Their number may change the last bits of results, the number of cores does not. */
  readonly threads?: number;
  /**
   * Keeps what operators took for the next ones, but does not also set aside one block for all of a run. (MobileNetV2, 50 runs in ONNX Runtime 1.30.0: the process takes 212 MB, 240 MB with
   * the block; 300 MB where everything is given back to the system at once, whose heap then falls to pieces.)
   */
  readonly sparesMemory?: boolean;
  /** What the model's constants refer to as external data. */
  readonly content?: readonly OnnxContent[];
}

/** A loaded model. Call `close` when done: its memory is not JavaScript's. */
export interface OnnxSession {
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  /** One inference. With `into`, which has every output's right shape and type, results are written to its arrays. @throws OnnxRuntimeError when it fails. */
  readonly run: (
    feeds: Readonly<Record<string, OnnxValue>>,
    into?: Readonly<Record<string, OnnxValue>>,
  ) => Promise<Readonly<Record<string, OnnxValue>>>;
  readonly close: () => Promise<void>;
}

/** A model's input or output. Extents that are not fixed are names, `'?'` where they have none. */
interface ValueInfo {
  readonly name: string;
  readonly dtype: DataType;
  readonly shape: readonly Dimension[];
}

/** A tensor's content. float16 is held as bit patterns in a `Uint16Array`, bool as bytes. */
export interface OnnxValue {
  readonly dtype: DataType;
  readonly shape: readonly number[];
  readonly data: NumberArray;
}

/** ONNX Runtime's own refusal, in its words. */
export class OnnxRuntimeError extends Error {
  override readonly name = 'OnnxRuntimeError';
}

/** Gives the module the shape that the rest of the gate uses. */
export function wrapModule(module: OnnxRuntimeModule, origin: OnnxRuntime['origin']): OnnxRuntime {
  if (module.env.wasm !== undefined) module.env.wasm.numThreads = 1;
  const { versions } = module.env;
  const version = versions.node ?? versions.web ?? versions.common;
  return {
    version,
    origin,
    takesContent: versions.node !== undefined && isAtLeast(version, 1, 21),
    open: async (model, options = {}) => {
      const session = await module.InferenceSession.create(model, sessionOptions(options, version)).catch(rethrow);
      return {
        inputs: session.inputMetadata.map(valueInfo),
        outputs: session.outputMetadata.map(valueInfo),
        run: async (feeds, into) => {
          const tensors = toTensors(module, feeds);
          if (into !== undefined) {
            await session.run(tensors, toTensors(module, into)).catch(rethrow);
            return into;
          }
          const results = await session.run(tensors).catch(rethrow);
          return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, fromTensor(tensor)]));
        },
        close: () => session.release(),
      };
    },
    saveOrt: async (model, file) => {
      if (versions.node === undefined) throw new OnnxRuntimeError('its build for WebAssembly writes no files');
      const session = await module.InferenceSession.create(model, ortOptions(file, version)).catch(rethrow);
      await session.release();
    },
  };
}

/**
 * What Microsoft's own converter does for a file that runs on other machines (tools/python/util/convert_onnx_models_to_ort.py): fused operators, but no layout of one kind of processor's;
 * int8 stays int8, as on Arm, and does not become the uint8 that x86 prefers.
 */
function ortOptions(file: string, version: string): InferenceSession.SessionOptions {
  return {
    ...sessionOptions({ optimization: 'extended', integerKernels: true }, version),
    optimizedModelFilePath: file,
    extra: { session: { save_model_format: 'ORT', qdqisint8allowed: '1' } },
  };
}

/**
 * In ONNX Runtime 1.30.0 it takes a DequantizeLinear away whose result is rounded again with the same scale, although the model gives that result as well; its package for Node then takes the
 * process down when asked for it. (1.32.0 does not.) Nothing is lost without it: it leaves out roundings of what is rounded already.
 */
const losesOutputs = 'QDQFinalCleanupTransformer';

/**
 * One thread unless asked for more. QDQ models are computed in float from their rounded values by default (`session.disable_quant_qdq`):
 * ONNX Runtime's U8S8 kernels saturate on x86 without VNNI, as most hosted runners are, and would lay the runner's fault at the model's door
 * (https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html; the option meant against it, `session.x64quantprecision`, fails on QDQ models in 1.30.0).
 */
function sessionOptions(
  { optimization = 'all', integerKernels = false, threads = 1, sparesMemory = false, content = [] }: SessionOptions,
  version: string,
): InferenceSession.SessionOptions {
  return {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    enableMemPattern: !sparesMemory,
    graphOptimizationLevel: optimization,
    // Errors come back as exceptions; nothing else may reach the user's terminal.
    logSeverityLevel: 4,
    ...(content.length === 0 ? {} : { externalData: content }),
    extra: {
      session: { disable_quant_qdq: integerKernels ? '0' : '1', intra_op: waiting(threads, version) },
      ...(integerKernels ? {} : { optimization: { disable_specified_optimizers: losesOutputs } }),
    },
  };
}

/**
 * Threads that share an operator wait for the next one in a loop, but not for long: what else runs on the machine is as much in need of its cores. (MobileNetV2 with two threads,
 * ONNX Runtime 1.30.0: a fifth to a quarter less time than without the loop, and no more of the processor's, which otherwise goes into putting threads to sleep and waking them.)
 * An older version, which may not know the limit, does not loop.
 */
const waiting = (threads: number, version: string): Readonly<Record<string, string>> =>
  threads > 1 && isAtLeast(version, 1, 30) ? { allow_spinning: '1', spin_duration_us: '20' } : { allow_spinning: '0' };

function isAtLeast(version: string, major: number, minor: number): boolean {
  const [foundMajor = 0, foundMinor = 0] = version.split('.').map(Number);
  return foundMajor > major || (foundMajor === major && foundMinor >= minor);
}

function valueInfo(metadata: InferenceSession.ValueMetadata): ValueInfo {
  if (!metadata.isTensor) return { name: metadata.name, dtype: 'unknown', shape: [] };
  const shape = metadata.shape.map((extent) => (extent === '' ? '?' : extent));
  return { name: metadata.name, dtype: metadata.type as DataType, shape };
}

function toTensors(
  module: OnnxRuntimeModule,
  values: Readonly<Record<string, OnnxValue>>,
): Readonly<Record<string, Tensor>> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, toTensor(module, value)]));
}

function toTensor(module: OnnxRuntimeModule, { dtype, data, shape }: OnnxValue): Tensor {
  return new module.Tensor(dtype as Tensor.Type, data as Tensor.DataType, [...shape]);
}

function fromTensor(tensor: Tensor): OnnxValue {
  return { dtype: tensor.type as DataType, shape: tensor.dims, data: tensor.data as NumberArray };
}

function rethrow(error: unknown): never {
  throw new OnnxRuntimeError(messageOf(error));
}
