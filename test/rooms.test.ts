import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const root = 'src';
const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .map((file) => file.split(path.sep).join('/'))
  .filter((file) => /\.tsx?$/.test(file));

/** The folder below `src/`, or the file that stands there by itself. */
const roomOf = (file: string): string => file.split('/')[0] ?? file;

/** By room the rooms that it imports, each with one import as an example. */
function importsOfRooms(): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const rooms = new Map<string, Map<string, string>>();
  for (const file of files) {
    const text = readFileSync(path.join(root, file), 'utf8');
    for (const [, from = ''] of text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)) {
      const to = path.posix.join(path.posix.dirname(file), from);
      const [room, other] = [roomOf(file), roomOf(to)];
      if (to.startsWith('..') || room === other) continue;
      const known = rooms.get(room) ?? new Map<string, string>();
      rooms.set(room, known);
      if (!known.has(other)) known.set(other, `${file} imports ${to}`);
    }
  }
  return rooms;
}

/** The imports by which a room comes back to itself, the fewest; `undefined` for none. */
function circleOf(room: string, rooms: ReturnType<typeof importsOfRooms>): readonly string[] | undefined {
  const seen = new Set<string>();
  let ways: readonly (readonly [at: string, by: readonly string[]])[] = [[room, []]];
  while (ways.length > 0) {
    const further = ways.flatMap(([at, by]) =>
      [...(rooms.get(at) ?? [])].map(([to, example]) => [to, [...by, example]] as const),
    );
    const back = further.find(([to]) => to === room);
    if (back !== undefined) return back[1];
    ways = further.filter(([to]) => !seen.has(to) && seen.add(to) !== undefined);
  }
  return undefined;
}

test('rooms import one way: none reaches itself through others', () => {
  const rooms = importsOfRooms();
  expect(rooms.size).toBeGreaterThan(30);
  expect([...rooms.keys()].flatMap((room) => circleOf(room, rooms) ?? [])).toEqual([]);
});
