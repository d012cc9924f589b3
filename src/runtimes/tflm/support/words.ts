/** `a`, `a or b`, `a, b or c`. */
export function anyOf(words: readonly string[]): string {
  return joined(words, 'or');
}

/** `a`, `a and b`, `a, b and c`. */
export function allOf(words: readonly string[]): string {
  return joined(words, 'and');
}

function joined(words: readonly string[], word: string): string {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} ${word} ${last}`;
}

/** Names of tensors as they stand in sentences. */
export function named(names: readonly string[]): string {
  return allOf(names.map((name) => `\`${name}\``));
}

/** `1 input`, `2 inputs`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** `[1, 8, 8, 3]`. */
export function extents(shape: readonly (number | string)[]): string {
  return `[${shape.join(', ')}]`;
}

/** ` when it computes in int8 or int16`; nothing where a rule always counts. */
export function whenWords(when: readonly string[] | undefined): string {
  return when === undefined ? '' : ` when it computes in ${anyOf(when)}`;
}
