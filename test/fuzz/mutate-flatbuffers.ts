import { checkedBytes, targetOf } from '../../src/formats/flatbuffer/bytes.ts';
import { decodeTable } from '../../src/formats/flatbuffer/decode.ts';
import { encodeTable, encoding } from '../../src/formats/flatbuffer/encode.ts';
import type { Schema } from '../../src/formats/flatbuffer/schema.ts';
import type { TableValue } from '../../src/formats/flatbuffer/value.ts';
import { mutateBytes } from './mutate-bytes.ts';
import { mutateTree, type Vocabulary } from './mutate-tree.ts';
import type { Random } from './random.ts';

/** A format whose files are flatbuffers. */
export interface FlatbufferFormat {
  readonly schema: Schema;
  /** The table that a file is, and the four letters that it is known by. */
  readonly root: string;
  readonly identifier: string;
  /** What is put into fields. */
  readonly vocabulary: Vocabulary;
}

/** Makes files of seeds: tables changed as records and written again, or bytes changed. */
export function flatbufferMutator(
  format: FlatbufferFormat,
  seeds: readonly Uint8Array[],
): (random: Random) => Uint8Array {
  const trees = seeds.map((bytes) => treeOf(format, bytes));
  return (random) => {
    const seed = random.below(seeds.length);
    const bytes = seeds[seed] as Uint8Array;
    if (random.chance(4)) return mutateBytes(bytes, random, random.pick(seeds));
    const mutated = mutateTree(trees[seed], random.pick(trees), random, format.vocabulary) as TableValue;
    return written(format, mutated) ?? mutateBytes(bytes, random);
  };
}

function treeOf({ schema, root }: FlatbufferFormat, bytes: Uint8Array): TableValue {
  const source = checkedBytes(bytes);
  return decodeTable({ schema, source, path: [], lost: () => {} }, schema.tableType(root), targetOf(source, 0));
}

/** `undefined` for a table that the format cannot hold, such as an enumerator that it does not have. */
function written({ schema, root, identifier }: FlatbufferFormat, table: TableValue): Uint8Array | undefined {
  try {
    const target = encoding(schema, 2 ** 16);
    target.builder.finish(encodeTable(target, schema.tableType(root), table), identifier);
    return target.builder.asUint8Array().slice();
  } catch {
    return undefined;
  }
}
