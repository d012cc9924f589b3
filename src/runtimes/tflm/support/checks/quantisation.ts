import type { DataType } from '../../../../graph/data-type.ts';
import { affineOf, scaleOf, zeroPointOf } from '../affine.ts';
import { dataType, type Place, type Rule } from '../rule.ts';
import type { SupportRow } from '../support-schema.ts';
import { named, whenWords } from '../words.ts';

/** Scales and zero points that the kernel's arithmetic relies on. */
export function quantisationRules(row: SupportRow): readonly Rule[] {
  return [
    ...(row.quantised ?? []).map(({ when, of }) =>
      rule(when, `needs scale and zero point of ${named(of)}`, ({ tensors }) => {
        const other = of.find((name) => tensors(name).some((tensor) => affineOf(tensor) === undefined));
        return other === undefined ? undefined : `\`${other}\` has none`;
      }),
    ),
    ...(row.unquantised ?? []).map(({ when, of }) =>
      rule(when, `takes no scale and zero point of ${named(of)}`, ({ tensors }) => {
        const other = of.find((name) => tensors(name).some((tensor) => affineOf(tensor) !== undefined));
        return other === undefined ? undefined : `\`${other}\` has them`;
      }),
    ),
    ...(row.zeroPoints ?? []).map(({ when, of, is }) =>
      rule(when, `needs the zero point ${is} of ${named(of)}`, ({ tensors }) => {
        const all = of.flatMap((name) => tensors(name).map((tensor) => ({ name, zeroPoint: zeroPointOf(tensor) })));
        const other = all.find(({ zeroPoint }) => zeroPoint !== is);
        return other === undefined ? undefined : `that of \`${other.name}\` is ${other.zeroPoint}`;
      }),
    ),
    ...(row.scales ?? []).map(({ when, of, is, words, within }) =>
      rule(when, `needs the scale ${words} of \`${of}\``, ({ tensors }) => {
        const other = tensors(of)
          .map(scaleOf)
          .find((scale) => !(Math.abs(scale - is) <= within * is));
        return other === undefined ? undefined : `it is ${other}`;
      }),
    ),
    ...(row.sameQuantisation ?? []).map(({ when, of, tolerance = 0 }) =>
      rule(when, `needs the same scale and zero point of ${named(of)}`, ({ tensors }) => {
        const all = of.flatMap((name) => tensors(name));
        const [first] = all;
        const other = all.find((tensor) => {
          if (first === undefined) return false;
          const difference = Math.abs(Math.fround(scaleOf(tensor) - scaleOf(first)));
          return difference > tolerance || zeroPointOf(tensor) !== zeroPointOf(first);
        });
        return other === undefined || first === undefined
          ? undefined
          : `they are ${scaleOf(first)}, ${zeroPointOf(first)} and ${scaleOf(other)}, ${zeroPointOf(other)}`;
      }),
    ),
  ];
}

function rule(when: readonly DataType[] | undefined, must: string, fails: (place: Place) => string | undefined): Rule {
  return {
    code: 'unsupported-quantisation',
    must: `${must}${whenWords(when)}`,
    fails: (place) => {
      const type = dataType(place);
      return when !== undefined && (type === undefined || !when.includes(type)) ? undefined : fails(place);
    },
  };
}
