import type { TypedArray } from '../values.ts';
import type { FastMemory } from './memory.ts';
import { bytesOf } from './memory.ts';
import type { PaddedImage } from './padded-image.ts';

/** What kernels may write behind the output: a block of channels more than there are. */
const spareBytes = 32;

/** Makes the image, has `kernel` compute its output behind it and copies that to the tensor. */
export function onImage(
  memory: FastMemory,
  image: Pick<PaddedImage, 'bytes' | 'make'>,
  from: TypedArray,
  to: TypedArray,
  kernel: (plan: number, image: number, output: number) => void,
  plan: number,
): () => void {
  const source = bytesOf(from);
  const target = bytesOf(to);
  memory.reserveScratch(image.bytes + target.length + spareBytes);
  return () => {
    const at = image.make(source);
    const output = at + image.bytes;
    kernel(plan, at, output);
    target.set(memory.bytes().subarray(output, output + target.length));
  };
}
