import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readNpy } from '../../src/data/npy.ts';
import { UserError } from '../../src/errors.ts';
import { npy } from './write-npy.ts';

describe('readNpy', () => {
  it.each([
    ['<f4', new Float32Array([1.5, -2, 3]), 'float32', [1.5, -2, 3]],
    ['<f8', new Float64Array([1.5, -2, 3]), 'float64', [1.5, -2, 3]],
    ['<f2', new Uint16Array([0x3e00, 0xc000, 0x0001]), 'float32', [1.5, -2, 2 ** -24]],
    ['|i1', new Int8Array([1, -2, 3]), 'int8', [1, -2, 3]],
    ['|u1', new Uint8Array([1, 254, 3]), 'uint8', [1, 254, 3]],
    ['<i2', new Int16Array([1, -2, 3]), 'int16', [1, -2, 3]],
    ['<u2', new Uint16Array([1, 65534, 3]), 'uint16', [1, 65534, 3]],
    ['<i4', new Int32Array([1, -2, 3]), 'int32', [1, -2, 3]],
    ['<i8', new BigInt64Array([1n, -2n, 3n]), 'int64', [1, -2, 3]],
    ['|b1', new Uint8Array([1, 0, 1]), 'bool', [1, 0, 1]],
    ['?', new Uint8Array([1, 0, 1]), 'bool', [1, 0, 1]],
    ['>i2', new Uint8Array([0, 1, 0xff, 0xfe, 0, 3]), 'int16', [1, -2, 3]],
    ['>f4', new Uint8Array([0x3f, 0xc0, 0, 0, 0xc0, 0, 0, 0, 0x40, 0x40, 0, 0]), 'float32', [1.5, -2, 3]],
  ])('reads %s', (descr, content, dtype, numbers) => {
    for (const version of [1, 2, 3]) {
      const array = readNpy(npy(descr, [3], content, false, version), 'a.npy');
      expect(array.dtype).toBe(dtype);
      expect(Array.from(array.data as ArrayLike<number | bigint>, Number)).toEqual(numbers);
    }
  });

  it.each([0, 1, 2, 3, 4, 5, 6, 7])(
    'reads what begins at byte %i of something larger, and leaves that as it is',
    (offset) => {
      for (const [descr, content, numbers] of [
        ['<f4', new Float32Array([1.5, -2, 3]), [1.5, -2, 3]],
        ['<f8', new Float64Array([1.5, -2, 3]), [1.5, -2, 3]],
        ['<i2', new Int16Array([1, -2, 3]), [1, -2, 3]],
        ['>i2', new Uint8Array([0, 1, 0xff, 0xfe, 0, 3]), [1, -2, 3]],
      ] as const) {
        const file = npy(descr, [3], content, false, 1);
        const larger = new Uint8Array(file.length + 16).fill(0xaa);
        larger.set(file, offset);
        const before = larger.slice();
        expect([...(readNpy(larger.subarray(offset, offset + file.length), 'a.npy').data as Float32Array)]).toEqual(
          numbers,
        );
        expect(larger).toEqual(before);
      }
    },
  );

  it('turns Fortran order into row-major order', () => {
    // numpy.asfortranarray([[1, 2, 3], [4, 5, 6]])
    const array = readNpy(npy('<i4', [2, 3], new Int32Array([1, 4, 2, 5, 3, 6]), true), 'a.npy');
    expect([...(array.data as Int32Array)]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('reads scalars and empty arrays', () => {
    expect(readNpy(npy('<f4', [], new Float32Array([7])), 'a.npy')).toMatchObject({
      shape: [],
      data: new Float32Array([7]),
    });
    expect(readNpy(npy('<f4', [0, 4], new Float32Array()), 'a.npy').shape).toEqual([0, 4]);
  });

  it.each([
    ['what is no array', Buffer.from('PK and so on and on'), 'is not a NumPy array'],
    ['objects', npy('|O', [1], new Uint8Array(8)), 'not plain numbers'],
    ['strings', npy('<U4', [1], new Uint8Array(16)), 'not plain numbers'],
    ['too little content', npy('<f4', [9], new Float32Array(2)), 'is cut off'],
    ['absurd extents', npy('<f4', [2 ** 40, 2 ** 40], new Float32Array(2)), 'is cut off'],
    ['a future version', npy('<f4', [1], new Float32Array(1), false, 9), 'version 9'],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => readNpy(bytes, 'data.npz: array x')).toThrow(UserError);
    expect(() => readNpy(bytes, 'data.npz: array x')).toThrow(/^data\.npz: array x /);
    expect(() => readNpy(bytes, 'data.npz: array x')).toThrow(message);
  });

  it('answers every damage with a UserError or an array of the promised size', () => {
    const whole = npy('<f4', [2, 3], new Float32Array(6));
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length), (at, byte, length) => {
        const damaged = Uint8Array.from(whole.subarray(0, length));
        if (at < length) damaged[at] = byte;
        try {
          const { shape, data } = readNpy(damaged, 'x');
          expect(data.length).toBe(shape.reduce((product, extent) => product * extent, 1));
        } catch (error) {
          expect(error).toBeInstanceOf(UserError);
        }
      }),
      { numRuns: 500 },
    );
  });
});
