import * as z from 'zod';
import type { Core } from '../../../targets/board.ts';
import cortexM0plus from './sizes/cortex-m0plus.json' with { type: 'json' };
import cortexM3 from './sizes/cortex-m3.json' with { type: 'json' };
import cortexM4 from './sizes/cortex-m4.json' with { type: 'json' };
import cortexM33 from './sizes/cortex-m33.json' with { type: 'json' };
import cortexM55 from './sizes/cortex-m55.json' with { type: 'json' };

const bytes = z.number().int().nonnegative();

/** Code of TensorFlow Lite Micro on one core, in bytes: `flash.json` says what each field holds. */
export const codeSizesSchema = z.strictObject({
  interpreter: bytes,
  /** Code that kernels of several operators contain. */
  shared: z.array(bytes),
  /** `<operator>`, `<operator>/<kernel library>` where libraries differ, `<operator>/<kernel library>/int8` for registrations without other types. */
  kernels: z.record(z.string(), z.strictObject({ bytes, shares: z.array(bytes) })),
});
export type CodeSizes = z.infer<typeof codeSizesSchema>;

/** Sizes by id of the core that the images were linked for. */
export const measuredSizes: Readonly<Record<string, CodeSizes>> = {
  'cortex-m0plus': cortexM0plus,
  'cortex-m3': cortexM3,
  'cortex-m4': cortexM4,
  'cortex-m33': cortexM33,
  'cortex-m55': cortexM55,
};

/** Cores that execute the same instructions as one that images were linked for. */
const alike: Readonly<Record<string, string>> = {
  'cortex-m7': 'cortex-m4',
  'cortex-m85': 'cortex-m55',
};

/** The sizes of a core or of one alike; else those of a Cortex-M4, which is also the answer without a core. */
export function codeSizes(core: Pick<Core, 'id'> | undefined): {
  readonly sizes: CodeSizes;
  readonly isMeasured: boolean;
} {
  const id = core?.id ?? 'cortex-m4';
  const own = Object.hasOwn(alike, id) ? (alike[id] ?? id) : id;
  const sizes = Object.hasOwn(measuredSizes, own) ? measuredSizes[own] : undefined;
  return { sizes: sizes ?? cortexM4, isMeasured: sizes !== undefined };
}
