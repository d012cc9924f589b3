import { expect, it } from 'vitest';
import { freeArrays } from '../../src/basics/free-arrays.ts';

it('takes the memory of arrays, each buffer once', () => {
  const buffer = new ArrayBuffer(64);
  const arrays = [new Float32Array(buffer, 0, 4), new Float32Array(buffer, 16, 4), new Float32Array(1000)];
  freeArrays(arrays);
  expect(arrays.map(({ length }) => length)).toEqual([0, 0, 0]);
  expect(buffer.byteLength).toBe(0);
  freeArrays([]);
});
