/** The entry of a table under a name that comes from a file; nothing for `constructor`, `toString` and what else every object has. */
export function ownEntry<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
