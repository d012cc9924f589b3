import type { Rule } from '../rule.ts';
import type { SupportRow } from '../support-schema.ts';
import { counted, extents, named } from '../words.ts';

type Rank = number | readonly [number | null, number | null];

/** Dimensions, elements and equal shapes. */
export function rankRules(row: SupportRow): readonly Rule[] {
  const ranks: readonly (readonly [string, Rank])[] = Object.entries(row.ranks ?? {});
  const distinct = [...new Set(ranks.map(([, rank]) => JSON.stringify(rank)))];
  return [
    ...distinct.flatMap((text) => {
      const alike = ranks.filter(([, rank]) => JSON.stringify(rank) === text);
      const rank = alike[0]?.[1];
      return rank === undefined
        ? []
        : [
            rankRule(
              alike.map(([name]) => name),
              rank,
            ),
          ];
    }),
    ...(row.oneElement ?? []).map(oneElementRule),
    ...(row.sameShapes ?? []).map(sameShapeRule),
  ];
}

function rankRule(names: readonly string[], rank: Rank): Rule {
  const [fewest, most] = typeof rank === 'number' ? [rank, rank] : rank;
  const fits = (found: number) => found >= (fewest ?? 0) && found <= (most ?? Number.POSITIVE_INFINITY);
  return {
    code: 'unsupported-shape',
    must: `takes ${named(names)} of ${rankWords(fewest, most)}`,
    fails: ({ tensors }) => {
      for (const name of names) {
        const other = tensors(name).find(({ shape }) => shape !== undefined && !fits(shape.length));
        if (other?.shape !== undefined) return `\`${name}\` has ${other.shape.length}`;
      }
      return undefined;
    },
  };
}

function rankWords(fewest: number | null, most: number | null): string {
  if (fewest === most) return counted(most ?? 0, 'dimension');
  if (fewest === null) return `at most ${counted(most ?? 0, 'dimension')}`;
  return most === null ? `at least ${counted(fewest, 'dimension')}` : `${fewest} to ${counted(most, 'dimension')}`;
}

function oneElementRule(name: string): Rule {
  return {
    code: 'unsupported-shape',
    must: `takes \`${name}\` of one element`,
    fails: ({ tensors }) => {
      const other = tensors(name).find(({ shape }) => shape?.some((extent) => extent !== 1));
      return other?.shape === undefined ? undefined : `its shape is ${extents(other.shape)}`;
    },
  };
}

function sameShapeRule(names: readonly string[]): Rule {
  return {
    code: 'unsupported-shape',
    must: `takes ${named(names)} of one shape`,
    fails: ({ tensors }) => {
      const shapes = names.flatMap((name) => tensors(name).map(({ shape = [] }) => extents(shape)));
      const other = shapes.find((shape) => shape !== shapes[0]);
      return other === undefined ? undefined : `shapes are ${shapes[0]} and ${other}`;
    },
  };
}
