/** A number of a board's or a core's file, with where it comes from. */
export interface StatedNumber {
  /** Its place in the file: `runtimes.tflm.cyclesPerInstruction`. */
  readonly path: string;
  readonly value: number;
  readonly conditions?: string;
  /** Key of the file's sources. */
  readonly source: string;
}

/** Every number that has a source of its own, in the order of the file. A table of many numbers under one source, as a kernel library is, counts as none. */
export function statedNumbers(content: unknown, path = ''): readonly StatedNumber[] {
  if (typeof content !== 'object' || content === null) return [];
  if ('value' in content && 'source' in content && typeof content.value === 'number') {
    const conditions =
      'conditions' in content && typeof content.conditions === 'string' ? { conditions: content.conditions } : {};
    return [{ path, value: content.value, source: String(content.source), ...conditions }];
  }
  return Object.entries(content).flatMap(([key, inner]) => {
    // Memories are known by name, not by position.
    const name = Array.isArray(content) && typeof inner === 'object' && 'name' in inner ? String(inner.name) : key;
    return statedNumbers(inner, path === '' ? name : `${path}.${name}`);
  });
}

/** A number of a file for people, its unit taken from the end of its place: `192 KiB`, `64 MHz`, `22 mW`. */
export function statedValue({ path, value }: StatedNumber, bytesText: (bytes: number) => string): string {
  const last = path.split('.').at(-1) ?? '';
  if (/clockHz$/i.test(last)) return `${value / 1e6} MHz`;
  if (/milliwatts$/i.test(last)) return `${value} mW`;
  if (/microseconds$/i.test(last)) return `${value} µs`;
  if (/bytesPerSecond$/i.test(last)) return `${value / 1e9} GB/s`;
  if (/error$/i.test(last)) return `±${Math.round(value * 1000) / 10} %`;
  return ['ram', 'flash', 'bytes'].includes(last) || /bytes$/i.test(last) ? bytesText(value) : `${value}`;
}
