import { beforeAll, describe, expect, test } from 'vitest';
import { sha256 } from '../../src/basics/sha256.ts';
import { type AskedSide, decodeSide, encodeSide, type SideRecord } from '../../src/cache/stored-side.ts';
import { keptSide } from './measured.ts';

const key = 'a'.repeat(64);
let side: SideRecord;
let artifact: Uint8Array;
let asked: AskedSide;
let entry: Uint8Array;

beforeAll(async () => {
  ({ side, artifact } = await keptSide());
  const { model, target } = side.measurement;
  asked = { key, model: { bytes: model.bytes, sha256: model.sha256 }, target };
  entry = encodeSide(key, side, { made: artifact });
});

type Tree = { [name: string]: Tree };

/** Sets what is at a path like `measurement.peakRam.unit`, or deletes it. */
function at(record: Tree, place: string, value: unknown): void {
  const names = place.split('.');
  const last = names.pop() ?? '';
  const parent = names.reduce<Tree>((inner, name) => inner[name] ?? {}, record);
  if (value === undefined) delete parent[last];
  else Object.defineProperty(parent, last, { value, enumerable: true, configurable: true });
}

/** The entry with its record changed, and the hash in front made to fit again: what somebody would write who can write to the cache. */
function forged(place: string, value: unknown, body: Uint8Array = artifact): Uint8Array {
  const text = Buffer.from(entry).subarray(65);
  const record = JSON.parse(text.toString('utf8', 0, text.indexOf(0x0a)));
  at(record, place, value);
  const content = Buffer.concat([Buffer.from(`${JSON.stringify(record)}\n`), body]);
  return Buffer.concat([Buffer.from(`${sha256(content)}\n`), content]);
}

const reasonOf = (bytes: Uint8Array, question: AskedSide = asked) => {
  const decoded = decodeSide(bytes, question);
  return decoded.kind === 'refused' ? decoded.reason : 'taken';
};

test('what was kept comes back as it was', () => {
  const decoded = decodeSide(entry, asked);
  if (decoded.kind === 'refused') throw new Error(decoded.reason);
  expect(decoded.side).toEqual(side);
  expect(Buffer.compare(decoded.models.made, artifact)).toBe(0);
  expect(JSON.stringify(decoded.side.measurement)).toBe(JSON.stringify(side.measurement));
});

test('a bit that flipped anywhere is noticed', () => {
  for (let at = 0; at < entry.byteLength; at += Math.ceil(entry.byteLength / 97)) {
    const broken = Uint8Array.from(entry);
    broken[at] = (broken[at] ?? 0) ^ 4;
    expect(reasonOf(broken), `byte ${at}`).toBe('it is damaged');
  }
  for (const length of [0, 1, 64, 65, 66, 1000, entry.byteLength - 1]) {
    expect(reasonOf(entry.subarray(0, length)), `${length} bytes`).not.toBe('taken');
  }
});

describe('a forged entry with a hash that fits', () => {
  test.each<[string, string, unknown, string]>([
    ['another field', 'extra', 1, 'no entry of this version'],
    ['a field that is missing', 'measurement', undefined, 'no entry of this version'],
    ['a metric in another unit', 'measurement.peakRam.unit', 'kB', 'no entry of this version'],
    ['no number', 'measurement.peakRam.value', '1', 'no entry of this version'],
    ['__proto__', '__proto__', 1, 'no entry of this version'],
    ['another version', 'schemaVersion', 2, 'no entry of this version'],
    ['another key', 'key', 'b'.repeat(64), 'another question'],
    ['another model', 'measurement.model.sha256', 'b'.repeat(64), 'another model'],
    ['a model of another size', 'saving.measurement.model.bytes', 1, 'another model'],
    ['another target', 'measurement.target.board', 'pico', 'another target'],
    ['a better accuracy', 'measurement.accuracy.value', 1, 'not that of its answers'],
    ['fewer answers', 'correct', 'AQE=', 'not that of its answers'],
    ['answers that are no answers', 'correct', 'AgI=', 'not that of its answers'],
    ['no answers', 'correct', undefined, 'do not belong together'],
    ['no classes that were answered', 'answers', undefined, 'do not belong together'],
    ['fewer of them', 'answers.chosen', 'AAAAAA==', 'not that of its answers'],
    ['no saving', 'saving', undefined, 'another size'],
  ])('%s', (_, place, value, reason) => {
    expect(reasonOf(forged(place, value))).toContain(reason);
  });

  test('another artifact', () => {
    expect(reasonOf(forged('key', key, new Uint8Array(0)))).toContain('another size');
    expect(reasonOf(forged('key', key, new Uint8Array(artifact.byteLength)))).toContain(
      'not the one that was measured',
    );
    expect(reasonOf(forged('key', key))).toBe('taken');
  });
});

test('an entry is not taken for another question', () => {
  expect(reasonOf(entry, { ...asked, key: 'c'.repeat(64) })).toContain('another question');
  expect(reasonOf(entry, { ...asked, model: { ...asked.model, bytes: 1 } })).toContain('another model');
  expect(reasonOf(entry, { ...asked, target: { ...asked.target, runtime: 'litert' } })).toContain('another target');
});
