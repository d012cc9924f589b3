import type { KernelBuild } from '../kernels.ts';
import { constantRules } from './checks/constants.ts';
import { controlFlowRules } from './checks/control-flow.ts';
import { convolutionRules } from './checks/convolutions.ts';
import { countRules } from './checks/counts.ts';
import { decodeRules } from './checks/decode.ts';
import { matrixRules } from './checks/matrices.ts';
import { moveRules } from './checks/moves.ts';
import { optionRules } from './checks/options.ts';
import type { OwnRules } from './checks/own-rule.ts';
import { quantisationRules } from './checks/quantisation.ts';
import { rankRules } from './checks/ranks.ts';
import { scaleRules } from './checks/scales.ts';
import { shapeRules } from './checks/shapes.ts';
import { typeRules } from './checks/types.ts';
import facts from './operators.json' with { type: 'json' };
import type { Rule } from './rule.ts';
import type { SupportRow, SupportTable } from './support-schema.ts';

/** A kernel's row, and all that must hold of the operators that it runs, in the order in which it is looked at. */
export interface Support {
  readonly row: SupportRow;
  readonly rules: readonly Rule[];
}

/** Rules that rows may ask for by name. */
export const ownRules: OwnRules = {
  ...convolutionRules,
  ...scaleRules,
  ...shapeRules,
  ...moveRules,
  ...matrixRules,
  ...controlFlowRules,
  ...decodeRules,
};

/** The table of what TensorFlow Lite Micro supports. A test holds it to its schema, so that nothing need be validated at run time. */
export const supportTable = facts as unknown as SupportTable;

const rows = new Map(supportTable.operators.flatMap((row) => row.operators.map((type) => [type, row] as const)));
const supports = new Map<string, Support>();

/** What the kernel of an operator supports in builds with a kernel library; `undefined` where there is no kernel of that name. */
export function supportOf(type: string, library: KernelBuild['library'] = 'cmsis-nn'): Support | undefined {
  const row = rows.get(type);
  if (row === undefined) return undefined;
  const key = `${library} ${row.operators[0]}`;
  const known = supports.get(key);
  if (known !== undefined) return known;
  const own = rowOf(row, library);
  const support = { row: own, rules: rulesOf(own) };
  supports.set(key, support);
  return support;
}

/** A row of the table as it is in builds with a kernel library. */
export function rowOf(row: SupportRow, library: KernelBuild['library']): SupportRow {
  if (library === 'cmsis-nn') return row;
  return { ...row, ...row.others, ...(library === 'esp-nn' ? row.espNn : {}) } as SupportRow;
}

/** The rules that a row of the table stands for. @throws Error naming a rule that there is not, which is a bug. */
export function rulesOf(row: SupportRow): readonly Rule[] {
  return [
    ...countRules(row),
    ...typeRules(row),
    ...constantRules(row),
    ...rankRules(row),
    ...optionRules(row),
    ...quantisationRules(row),
    ...(row.rules ?? []).map((name) => {
      const rule = ownRules[name];
      if (rule === undefined) throw new Error(`operators.json asks for the rule ${name}, which there is not`);
      return rule;
    }),
  ];
}
