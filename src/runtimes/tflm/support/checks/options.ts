import { stringAttribute } from '../../../../graph/access.ts';
import type { Rule } from '../rule.ts';
import type { SupportRow } from '../support-schema.ts';
import { anyOf } from '../words.ts';

/** Values that options may have. An option that the file leaves out has its first value. */
export function optionRules(row: SupportRow): readonly Rule[] {
  return Object.entries(row.options ?? {}).map(([option, values]) => ({
    code: 'unsupported-option',
    must: `takes ${anyOf(values)} as ${option}`,
    fails: ({ operator }) => {
      const value = stringAttribute(operator, option, values[0] ?? '');
      return values.includes(value) ? undefined : `it is ${value}`;
    },
  }));
}
