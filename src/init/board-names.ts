import * as z from 'zod';
import { ownData } from '../basics/own-data.ts';
import { boardIds } from '../targets/load.ts';
import text from './board-names.yml';

const schema = z.record(z.string(), z.array(z.string()).min(1));

/** Every known name of a board, without case and punctuation, and whose it is. */
const idByName: ReadonlyMap<string, string> = new Map([
  ...Object.entries(schema.parse(ownData(text))).flatMap(([id, names]) =>
    names.map((name) => [plainName(name), id] as const),
  ),
  ...boardIds.map((id) => [plainName(id), id] as const),
]);

/**
 * The board that a build tool's name means, or `undefined`. Zephyr's qualifiers (`nrf52840dk/nrf52840`) and versions (`@1.2`) are left out where the whole is not known.
 */
export function boardOfName(name: string): string | undefined {
  const [short = name] = name.split(/[/@]/);
  return idByName.get(plainName(name)) ?? idByName.get(plainName(short));
}

function plainName(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}
