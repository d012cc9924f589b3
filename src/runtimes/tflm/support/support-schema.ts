import * as z from 'zod';
import { type DataType, dataTypes } from '../../../graph/data-type.ts';

const dataType = z.enum(dataTypes as readonly [DataType, ...DataType[]]);
const tensor = z.string().regex(/^[a-zA-Z]+$/);
const types = z.array(dataType).min(1);
/** Number of dimensions, or the fewest and the most; `null` is no limit. */
const rank = z.union([z.number(), z.tuple([z.number().nullable(), z.number().nullable()])]);

/** What the kernel of some operators takes, in builds with CMSIS-NN. Types in `when` are those of `data`; without `when` a row always counts. */
const rowFields = {
  operators: z.array(z.string().regex(/^[A-Z0-9_]+$/)).min(1),
  /** File of the kernel, the rules' source. */
  kernel: z.string(),
  /** Names of the inputs in order; `?` may be left out, `...` stands for all that follow. */
  inputs: z.array(z.string().regex(/^[a-zA-Z]+\??(\.\.\.)?$/)),
  outputs: z.array(z.string().regex(/^[a-zA-Z]+\??(\.\.\.)?$/)),
  /** The tensor whose type decides what is computed, where it is not the first input. */
  data: tensor.optional(),
  /** Fewest and most inputs, where the names do not say it. */
  fewest: z.number().int().optional(),
  most: z.number().int().optional(),
  /** More tensors than the names say do no harm. */
  countsUnchecked: z.boolean().optional(),
  /** Types of a tensor, whatever the others have. */
  types: z.record(tensor, types).optional(),
  /** Types that go together, one row each. */
  combinations: z.array(z.record(tensor, types)).optional(),
  /** Types that the kernel reads its tensors as without looking. */
  assumed: z.record(tensor, types).optional(),
  sameTypes: z.array(z.array(tensor)).optional(),
  sameShapes: z.array(z.array(tensor)).optional(),
  ranks: z.record(tensor, rank).optional(),
  /** Their content must be in the file. */
  constant: z.array(tensor).optional(),
  /** They keep their content from one inference to the next. */
  variable: z.array(tensor).optional(),
  oneElement: z.array(tensor).optional(),
  /** Inputs of variants that the kernel does not have. */
  absent: z.array(tensor).optional(),
  /** They need scale and zero point. */
  quantised: z.array(z.strictObject({ when: types.optional(), of: z.array(tensor) })).optional(),
  /** They must not have any. */
  unquantised: z.array(z.strictObject({ when: types.optional(), of: z.array(tensor) })).optional(),
  zeroPoints: z.array(z.strictObject({ when: types.optional(), of: z.array(tensor), is: z.number().int() })).optional(),
  /** `within` is relative; `words` is how people write the number. */
  scales: z
    .array(
      z.strictObject({ when: types.optional(), of: tensor, is: z.number(), words: z.string(), within: z.number() }),
    )
    .optional(),
  /** The same scale and zero point; scales may differ by the tolerance. */
  sameQuantisation: z
    .array(z.strictObject({ when: types.optional(), of: z.array(tensor), tolerance: z.number().optional() }))
    .optional(),
  /** Values that an option may have. */
  options: z.record(z.string(), z.array(z.string())).optional(),
  /** Rules of their own, by name: checks/. */
  rules: z.array(z.string().regex(/^[a-z-]+$/)).optional(),
};
const otherBuild = z.strictObject(rowFields).partial();
const supportRowSchema = z.strictObject({
  ...rowFields,
  /** What takes the place of fields above in builds without CMSIS-NN. */
  others: otherBuild.optional(),
  /** What takes the place of both in builds with ESP-NN. */
  espNn: otherBuild.optional(),
});
export type SupportRow = z.infer<typeof supportRowSchema>;

/** A custom operator that TensorFlow Lite Micro has a kernel for. */
const customOperatorSchema = z.strictObject({
  name: z.string(),
  /** The member of the operator resolver that registers it. */
  register: z.string(),
  title: z.string(),
  /** What it needs besides. */
  needs: z.string().optional(),
});

export const supportTableSchema = z.strictObject({
  about: z.string(),
  source: z.string(),
  operators: z.array(supportRowSchema),
  custom: z.array(customOperatorSchema),
});
export type SupportTable = z.infer<typeof supportTableSchema>;
