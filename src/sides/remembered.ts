/** Gives what `make` made for a key again as long as it is among the last few that were asked for. Failures are not remembered. */
export function remembered<T>(most: number, make: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const known = new Map<string, Promise<T>>();
  return (key) => {
    const made = known.get(key) ?? make(key);
    known.delete(key);
    known.set(key, made);
    made.catch(() => known.delete(key));
    for (const oldest of known.keys()) {
      if (known.size <= most) break;
      known.delete(oldest);
    }
    return made;
  };
}
