import type { Fuzzer } from '../fuzzer.ts';
import { mutateBytes } from '../mutate-bytes.ts';
import { mutateTree } from '../mutate-tree.ts';

/** A format that is a document: how its trees are written, and what reads them. */
interface DocumentFormat {
  readonly name: string;
  readonly extension: string;
  readonly trees: readonly unknown[];
  readonly write: (tree: unknown) => string;
  readonly run: Fuzzer['run'];
}

/** Documents changed as trees; one in eight is broken as text too. */
export function documentFuzzer({ name, extension, trees, write, run }: DocumentFormat): Fuzzer {
  const encode = (tree: unknown) => new TextEncoder().encode(write(tree));
  return {
    name,
    extension,
    seeds: trees.map(encode),
    mutate: (random) => {
      const bytes = encode(mutateTree(random.pick(trees), random.pick(trees), random));
      return random.chance(8) ? mutateBytes(bytes, random) : bytes;
    },
    run,
  };
}
