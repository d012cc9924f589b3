import { writeTflite } from '../../src/formats/tflite/write.ts';
import type { Attribute, Operator, Tensor } from '../../src/graph/graph.ts';
import { activation, countingBytes, tfliteGraph, tfliteOperator } from './tflite-models.ts';

/** The strides and the extent of the filter of the layer that does most of the work. */
export interface MainLayer {
  readonly stride: 2 | 4;
  readonly filter: number;
}

/**
 * An int8 network of 32 × 32 × 8 whose layer `features` does two thirds of the multiply-accumulates, with a small side branch that an Ethos-U55 leaves to the CPU.
 * Stride 2 with a filter of 5 and stride 4 with a filter of 10 are the same number of multiply-accumulates.
 */
export function npuNetwork({ stride, filter }: MainLayer): Uint8Array {
  const tensors: Tensor[] = [map('input', [1, 32, 32, 8])];
  const operators: Operator[] = [];
  const convolve = (name: string, from: number, outputs: number, size: number, step: number): number => {
    const [, height = 0, width = 0, channels = 0] = (tensors[from]?.shape ?? []).map(Number);
    const shape = [1, Math.ceil(height / step), Math.ceil(width / step), outputs];
    const at = tensors.length;
    tensors.push(
      map(`${name}/weights`, [outputs, size, size, channels], { data: bytes(outputs * size * size * channels) }),
      {
        name: `${name}/bias`,
        dtype: 'int32',
        shape: [outputs],
        data: new Uint8Array(4 * outputs),
        quantization: scale,
      },
      map(name, shape),
    );
    const attributes = {
      stride_w: int(step),
      stride_h: int(step),
      padding: { kind: 'string', value: 'SAME' },
    } as const;
    operators.push(tfliteOperator('CONV_2D', { name, inputs: [from, at, at + 1], outputs: [at + 2], attributes }));
    return at + 2;
  };
  const stem = convolve('stem', 0, 16, 3, 2);
  const features = convolve('features', stem, 32, filter, stride);
  const classes = convolve('classes', features, 8, 1, 1);
  const side = convolve('side', 0, 6, 5, 4);
  return writeTflite(tfliteGraph({ tensors, operators, inputs: [0], outputs: [classes, side] }));
}

const scale = { scale: [0.25], zeroPoint: [0], axis: 0 };
const int = (value: number): Attribute => ({ kind: 'int', value });

function map(name: string, shape: readonly number[], parts: Partial<Tensor> = {}): Tensor {
  return activation(name, shape, { quantization: { scale: [0.5], zeroPoint: [0], axis: 0 }, ...parts });
}

/** Small weights, of both signs. */
function bytes(length: number): Uint8Array {
  return countingBytes(length).map((value) => (value % 7) - 3);
}
