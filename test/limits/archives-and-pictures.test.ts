import { crc32, deflateRawSync, deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readImage } from '../../src/data/image.ts';
import { readNpy } from '../../src/data/npy.ts';
import { readNpz } from '../../src/data/npz.ts';
import { readNpzRows } from '../../src/data/npz-rows.ts';
import { UserError } from '../../src/errors.ts';
import { joined } from '../fuzz/mutate-bytes.ts';
import { piecesOf } from '../support/memory-source.ts';

/** A ZIP archive of one file, whose directory says of its sizes what it is told to say. */
function archive(packed: Uint8Array, claims: { readonly size: number; readonly packed?: number }): Uint8Array {
  const name = Buffer.from('x.npy');
  const sizes = (header: Buffer, at: number) => {
    header.writeUInt32LE(claims.packed ?? packed.length, at);
    header.writeUInt32LE(claims.size, at + 4);
    header.writeUInt16LE(name.length, at + 8);
    return header;
  };
  const local = sizes(Buffer.alloc(30), 18);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt16LE(8, 8);
  const entry = sizes(Buffer.alloc(46), 20);
  entry.writeUInt32LE(0x02014b50, 0);
  entry.writeUInt16LE(8, 10);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(entry.length + name.length, 12);
  end.writeUInt32LE(local.length + name.length + packed.length, 16);
  return joined(local, name, packed, entry, name, end);
}

const zeros = new Uint8Array(2 ** 24);

describe('archives', () => {
  it.each([
    [
      'that promise more than a data set may have',
      archive(deflateRawSync(zeros), { size: 2 ** 30 + 1 }),
      /more than 1 GiB/,
    ],
    ['that unpack to more than they promise', archive(deflateRawSync(zeros), { size: 10 }), /more than it says/],
    ['of 1 KB that promise 1 GiB', archive(new Uint8Array(900), { size: 2 ** 30 }), /not a readable|not a NumPy array/],
    [
      'with a length beyond the file',
      archive(new Uint8Array(9), { size: 2 ** 31 - 1, packed: 2 ** 31 - 1 }),
      /more than 1 GiB/,
    ],
  ])('%s', async (_what, bytes, message) => {
    expect(() => readNpz(bytes, 'a.npz')).toThrow(UserError);
    expect(() => readNpz(bytes, 'a.npz')).toThrow(message);
    await expect(readNpzRows(piecesOf(bytes, 2 ** 20), 'a.npz')).rejects.toThrow(UserError);
    await expect(readNpzRows(piecesOf(bytes, 2 ** 20), 'a.npz')).rejects.toThrow(message);
  });

  it('that unpack to a thousandfold in one piece, and say otherwise, before it is in memory', () => {
    const large = new Uint8Array(2 ** 28);
    const bytes = archive(deflateRawSync(large), { size: 10 });
    const before = process.resourceUsage().maxRSS;
    expect(() => readNpz(bytes, 'a.npz')).toThrow(/more than it says/);
    // What it was made of is in memory before and after.
    expect(large).toHaveLength(2 ** 28);
    expect(process.resourceUsage().maxRSS - before).toBeLessThan(2 ** 18);
  });

  it('of arrays whose shape is more than their bytes', () => {
    for (const shape of ['(2147483647,)', '(1000000000, 1000000000)', `(${'65536,'.repeat(20)})`]) {
      const header = `{'descr': '<f4', 'fortran_order': True, 'shape': ${shape}, }\n`;
      const start = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length & 0xff, header.length >> 8];
      expect(() => readNpy(joined(Uint8Array.from(start), Buffer.from(header), new Uint8Array(64)), 'a')).toThrow(
        UserError,
      );
    }
  });
});

function png(width: number, height: number, isInterlaced: boolean, rows: Uint8Array, claimed?: number): Uint8Array {
  const chunk = (type: string, data: Uint8Array, length = data.length) => {
    const content = joined(Buffer.from(type, 'latin1'), data);
    const framed = Buffer.alloc(8);
    framed.writeUInt32BE(length, 0);
    framed.writeUInt32BE(crc32(content), 4);
    return joined(framed.subarray(0, 4), content, framed.subarray(4));
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 0, 0, 0, isInterlaced ? 1 : 0], 8);
  const signature = Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10);
  const data = deflateSync(rows);
  return joined(signature, chunk('IHDR', header), chunk('IDAT', data, claimed), chunk('IEND', new Uint8Array(0)));
}

describe('pictures', () => {
  it('as large as they may be are read, one pixel more is not', () => {
    const side = 4096;
    const { shape } = readImage(png(side, 512, false, new Uint8Array((side + 1) * 512)), 'a.png');
    expect(shape).toEqual([512, side, 3]);
    expect(() => readImage(png(side, side + 1, false, new Uint8Array(9)), 'a.png')).toThrow(
      /more than 16 million pixels/,
    );
    expect(() => readImage(png(0xffffffff, 0xffffffff, false, new Uint8Array(9)), 'a.png')).toThrow(/million pixels/);
  });

  it.each([
    ['plain', false],
    ['interlaced', true],
  ])('a %s PNG that unpacks to more than its pixels', (_what, isInterlaced) => {
    const before = process.resourceUsage().maxRSS;
    expect(() => readImage(png(8, 8, isInterlaced, new Uint8Array(2 ** 28)), 'a.png')).toThrow(
      /a\.png is a damaged picture/,
    );
    // The 256 MiB of zeros are this test's own; nothing as large came beside them.
    expect(process.resourceUsage().maxRSS - before).toBeLessThan(1.5 * 2 ** 18);
  });

  it('an interlaced PNG is read', () => {
    // 2 × 2: pass 1 has the first pixel, pass 6 the second, pass 7 the row below; each row begins with its filter.
    const { data } = readImage(png(2, 2, true, Uint8Array.of(0, 10, 0, 20, 0, 30, 40)), 'a.png');
    expect([...data]).toEqual([10, 10, 10, 20, 20, 20, 30, 30, 30, 40, 40, 40]);
  });

  it('a chunk of 2 GB in a file of 1 KB', () => {
    expect(() => readImage(png(8, 8, true, zeros.subarray(0, 900), 0x7fffffff), 'a.png')).toThrow(/damaged picture/);
  });

  it('a JPEG of more pixels, and one of scans without end', () => {
    const frame = (height: number, width: number) => [
      0xff,
      0xc2,
      0,
      11,
      8,
      height >> 8,
      height & 255,
      width >> 8,
      width & 255,
      1,
      1,
      0x11,
      0,
    ];
    const scan = [0xff, 0xda, 0, 8, 1, 1, 0, 0, 0, 0];
    const jpeg = (...parts: readonly number[][]) => Uint8Array.from([0xff, 0xd8, ...parts.flat(), 0xff, 0xd9]);
    expect(() => readImage(jpeg(frame(65535, 65535), scan), 'a.jpg')).toThrow(/more than 16 million pixels/);
    const scans = new Array<readonly number[]>(10_000).fill(scan).map((each) => [...each]);
    expect(() => readImage(jpeg(frame(4096, 4096), ...scans), 'a.jpg')).toThrow(/more than 100 scans/);
  });
});
