import { InferenceSession, Tensor } from 'onnxruntime-node';
import { noise } from './onnx-graphs.ts';

/** Arrays that ONNX Runtime gives back, by output name. */
export type Outputs = Readonly<
  Record<string, { readonly dims: readonly number[]; readonly type: string; readonly data: ArrayLike<number | bigint> }>
>;

/** Loads a model with all of ONNX Runtime's own rewriting turned off, so that what runs is what the file says. */
export async function openOnnx(bytes: Uint8Array): Promise<InferenceSession> {
  return InferenceSession.create(bytes, {
    graphOptimizationLevel: 'disabled',
    intraOpNumThreads: 1,
    logSeverityLevel: 4,
  });
}

/** Inputs of a model filled with noise (small numbers for integers), extents left open taken as 1. */
export function noiseFeeds(session: InferenceSession, seed = 1): Record<string, Tensor> {
  const feeds: Record<string, Tensor> = {};
  for (const input of session.inputMetadata) {
    if (!input.isTensor) throw new Error(`input ${input.name} is no tensor`);
    const dims = input.shape.map((extent) => (typeof extent === 'number' && extent > 0 ? extent : 1));
    const count = dims.reduce((product, extent) => product * extent, 1);
    const numbers = noise(count, seed);
    const whole = (size: number) => Array.from(numbers, (value) => Math.floor(Math.abs(value) * size));
    switch (input.type) {
      case 'float32':
        feeds[input.name] = new Tensor('float32', numbers, dims);
        break;
      case 'int64':
        feeds[input.name] = new Tensor('int64', BigInt64Array.from(whole(4), BigInt), dims);
        break;
      case 'int32':
        feeds[input.name] = new Tensor('int32', Int32Array.from(whole(4)), dims);
        break;
      case 'uint8':
        feeds[input.name] = new Tensor('uint8', Uint8Array.from(whole(256)), dims);
        break;
      case 'int8':
        feeds[input.name] = new Tensor('int8', Int8Array.from(whole(128)), dims);
        break;
      case 'bool':
        feeds[input.name] = new Tensor('bool', Uint8Array.from(whole(2)), dims);
        break;
      default:
        throw new Error(`input ${input.name} is of type ${input.type}`);
    }
  }
  return feeds;
}

/** The outputs of a model for some inputs. */
export async function runOnnx(session: InferenceSession, feeds: Record<string, Tensor>): Promise<Outputs> {
  return (await session.run(feeds)) as unknown as Outputs;
}

/** The largest difference between two runs' outputs, relative to the largest magnitude of each output. Infinite when shapes or names differ. */
export function largestDifference(expected: Outputs, actual: Outputs): number {
  let worst = 0;
  if (Object.keys(expected).join() !== Object.keys(actual).join()) return Number.POSITIVE_INFINITY;
  for (const [name, before] of Object.entries(expected)) {
    const after = actual[name];
    if (after === undefined || after.type !== before.type || after.dims.join() !== before.dims.join()) {
      return Number.POSITIVE_INFINITY;
    }
    let magnitude = 0;
    let difference = 0;
    for (let i = 0; i < before.data.length; i++) {
      const [a, b] = [Number(before.data[i]), Number(after.data[i])];
      if (Number.isNaN(a) !== Number.isNaN(b)) return Number.POSITIVE_INFINITY;
      if (Number.isFinite(a)) magnitude = Math.max(magnitude, Math.abs(a));
      if (a !== b && !Number.isNaN(a)) difference = Math.max(difference, Math.abs(a - b));
    }
    worst = Math.max(worst, difference / (magnitude || 1));
  }
  return worst;
}
