/** Sizes that a bundle's header states, in bytes. */
export interface BundleHeader {
  readonly constant: number;
  readonly mutable: number;
  readonly activations: number;
}

/**
 * Reads the header of a bundle with the static interface: `#define MODEL_CONSTANT_MEM_SIZE 1724672` and its like (pytorch/glow docs/AOT.md).
 * @throws Error when one of the sizes is missing
 */
export function parseBundleHeader(text: string): BundleHeader {
  const size = (name: string): number => {
    const digits = new RegExp(`^#define\\s+\\w+_${name}_MEM_SIZE\\s+(\\d{1,15})\\s*$`, 'm').exec(text)?.[1];
    if (digits === undefined) throw new Error(`Glow's header has no size of ${name.toLowerCase()} memory`);
    return Number(digits);
  };
  return { constant: size('CONSTANT'), mutable: size('MUTABLE'), activations: size('ACTIVATIONS') };
}
