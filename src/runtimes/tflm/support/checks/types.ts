import type { DataType } from '../../../../graph/data-type.ts';
import type { Tensor } from '../../../../graph/graph.ts';
import type { Place, Rule } from '../rule.ts';
import type { SupportRow } from '../support-schema.ts';
import { allOf, anyOf, named } from '../words.ts';

/** Element types that the kernel was written for. */
export function typeRules(row: SupportRow): readonly Rule[] {
  return [
    ...Object.entries(row.types ?? {}).map(([name, types]) => typeRule(name, types)),
    ...(row.combinations === undefined ? [] : combinationRules(row.combinations)),
    ...(row.sameTypes ?? []).map(sameTypeRule),
  ];
}

function typeRule(name: string, types: readonly DataType[]): Rule {
  return {
    code: 'unsupported-type',
    must: `takes ${anyOf(types)} as \`${name}\``,
    fails: ({ tensors }) => {
      const other = tensors(name).find(({ dtype }) => !types.includes(dtype));
      return other === undefined ? undefined : `\`${name}\` is ${other.dtype}`;
    },
  };
}

type Combination = Readonly<Record<string, readonly DataType[]>>;

/** The first column alone, so that a type that the kernel does not know is told from a combination that it does not know. */
function combinationRules(combinations: readonly Combination[]): readonly Rule[] {
  const names = [...new Set(combinations.flatMap((combination) => Object.keys(combination)))];
  const [data] = names;
  if (data === undefined) return [];
  const known = [...new Set(combinations.flatMap((combination) => combination[data] ?? []))];
  return [
    typeRule(data, known),
    {
      code: 'unsupported-type',
      must: `takes (${names.map((name) => `\`${name}\``).join(', ')}) as ${anyOf(combinations.map((each) => combinationWords(each, names)))}`,
      fails: (place) =>
        combinations.some((combination) => fits(place, combination)) ? undefined : foundTypes(place, names),
    },
  ];
}

/** `(int8, int8/int4)`. */
function combinationWords(combination: Combination, names: readonly string[]): string {
  return `(${names.map((name) => combination[name]?.join('/') ?? 'any').join(', ')})`;
}

function fits({ tensors }: Place, combination: Combination): boolean {
  return Object.entries(combination).every(([name, types]) =>
    tensors(name).every(({ dtype }) => types.includes(dtype)),
  );
}

function foundTypes({ tensors }: Place, names: readonly string[]): string {
  const found = names.flatMap((name) => tensors(name).map(({ dtype }) => `\`${name}\` is ${dtype}`));
  const isHybrid = tensors('input')[0]?.dtype === 'float32' && isInteger(tensors('weights')[0]);
  const advice = isHybrid ? ' (a hybrid model: its activations must be quantised as its weights are)' : '';
  return `${allOf(found)}${advice}`;
}

const isInteger = (tensor: Tensor | undefined) => tensor !== undefined && /^u?int/.test(tensor.dtype);

function sameTypeRule(names: readonly string[]): Rule {
  return {
    code: 'unsupported-type',
    must: `takes ${named(names)} of one type`,
    fails: ({ tensors }) => {
      const all = names.flatMap((name) => tensors(name).map(({ dtype }) => ({ name, dtype })));
      const other = all.find(({ dtype }) => dtype !== all[0]?.dtype);
      return other === undefined
        ? undefined
        : `\`${all[0]?.name}\` is ${all[0]?.dtype} and \`${other.name}\` is ${other.dtype}`;
    },
  };
}
