import { isConstant } from '../../../../graph/access.ts';
import type { Tensor } from '../../../../graph/graph.ts';
import type { RefusalCode, Rule } from '../rule.ts';
import type { SupportRow } from '../support-schema.ts';
import { named } from '../words.ts';

/** Tensors that must be in the file, because they decide shapes or are prepared before the first inference, and those that must be kept. */
export function constantRules(row: SupportRow): readonly Rule[] {
  const { constant = [], variable = [] } = row;
  return [
    ...rule(
      constant,
      'unsupported-dynamic-shape',
      'in the model, as a constant',
      isConstant,
      'is computed on the device',
    ),
    ...rule(
      variable,
      'unsupported-operator',
      'as a variable, kept from one inference to the next',
      (tensor) => tensor.variable === true,
      'is none',
    ),
  ];
}

function rule(
  names: readonly string[],
  code: RefusalCode,
  how: string,
  fits: (tensor: Tensor) => boolean,
  instead: string,
): readonly Rule[] {
  if (names.length === 0) return [];
  return [
    {
      code,
      must: `takes ${named(names)} ${how}`,
      fails: ({ tensors }) => {
        const other = names.find((name) => !tensors(name).every(fits));
        return other === undefined ? undefined : `\`${other}\` ${instead}`;
      },
    },
  ];
}
