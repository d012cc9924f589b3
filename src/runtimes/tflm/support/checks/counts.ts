import type { Place, Rule } from '../rule.ts';
import { nameOf } from '../rule.ts';
import type { SupportRow } from '../support-schema.ts';
import { counted } from '../words.ts';

/** How many inputs and outputs the kernel asks for, and that none of those it needs is left out. */
export function countRules(row: SupportRow): readonly Rule[] {
  return [
    sideRule(row, 'input', row.inputs, row.fewest, row.most, ({ operator }) => operator.inputs),
    sideRule(row, 'output', row.outputs, undefined, undefined, ({ operator }) => operator.outputs),
    ...absentRules(row),
  ];
}

function sideRule(
  row: SupportRow,
  noun: string,
  entries: readonly string[],
  fewestGiven: number | undefined,
  mostGiven: number | undefined,
  idsOf: (place: Place) => readonly (number | null)[],
): Rule {
  const isOpen = entries.some((entry) => entry.endsWith('...'));
  const fewest = fewestGiven ?? entries.findLastIndex((entry) => !entry.includes('?')) + 1;
  const most = mostGiven ?? (isOpen ? Number.POSITIVE_INFINITY : entries.length);
  return {
    code: 'unsupported-operator',
    must: `takes ${countWords(fewest, most, noun)}${entries.length === 0 ? '' : `: ${entryWords(entries)}`}`,
    fails: (place) => {
      const ids = idsOf(place);
      if (ids.length < fewest || (ids.length > most && row.countsUnchecked !== true)) {
        return `it has ${counted(ids.length, noun)}`;
      }
      const missing = entries.find((entry, position) => !entry.includes('?') && ids[position] === null);
      return missing === undefined ? undefined : `\`${nameOf(missing)}\` is left out`;
    },
  };
}

function countWords(fewest: number, most: number, noun: string): string {
  if (most === 0) return `no ${noun}s`;
  if (fewest === most) return counted(most, noun);
  if (most === Number.POSITIVE_INFINITY) return fewest === 0 ? `any number of ${noun}s` : `${fewest} or more ${noun}s`;
  return `${fewest} to ${counted(most, noun)}`;
}

function entryWords(entries: readonly string[]): string {
  return entries
    .map((entry) => `\`${nameOf(entry)}\`${/\?$/.test(entry) ? ' (optional)' : ''}${entry.endsWith('...') ? ' …' : ''}`)
    .join(', ');
}

/** Inputs of variants that the kernel does not have, a rule each so that the refusal names the input. */
function absentRules(row: SupportRow): readonly Rule[] {
  return (row.absent ?? []).map((name) => ({
    code: 'unsupported-operator',
    must: `takes no \`${name}\``,
    fails: ({ tensors }) => (tensors(name).length === 0 ? undefined : 'there is one'),
  }));
}
