import * as z from 'zod';

/** What `driver.py` says of a compiled model. All in bytes. */
const reportSchema = z.object({
  version: z.string().max(100),
  /** Sizes of the pieces of memory that TVM's plan shares among tensors. */
  storages: z.array(z.int().nonnegative()).max(100_000),
  /** Tensors that the plan leaves out: outputs, and what crosses control flow. */
  unplannedBytes: z.int().nonnegative(),
  /** Tensors whose size is not known before the model runs. */
  openSizes: z.int().nonnegative(),
  /** Kernels in the order in which they are called. */
  kernels: z.array(z.string().max(10_000)).max(100_000),
  /** What a loader reads of each object file: `lib0.o` has the kernels, `devc.o` constants and the program that calls them. */
  objects: z.array(
    z.object({
      name: z.string().max(200),
      code: z.int().nonnegative(),
      constants: z.int().nonnegative(),
      data: z.int().nonnegative(),
    }),
  ),
});

/** Figures of a model that TVM compiled. */
export interface TvmReport {
  readonly version: string;
  readonly storageBytes: number;
  readonly unplannedBytes: number;
  readonly openSizes: number;
  readonly kernels: readonly string[];
  /** Of kernels, and of constants with the program that calls kernels. */
  readonly codeBytes: number;
  readonly constantBytes: number;
}

/** @throws Error when the text is not a report of `driver.py`. */
export function parseTvmReport(json: string): TvmReport {
  const { version, storages, unplannedBytes, openSizes, kernels, objects } = reportSchema.parse(JSON.parse(json));
  const sum = (isWanted: (name: string) => boolean) =>
    objects.reduce(
      (bytes, { name, code, constants, data }) => bytes + (isWanted(name) ? code + constants + data : 0),
      0,
    );
  const isKernels = (name: string) => !name.startsWith('devc');
  return {
    version,
    storageBytes: storages.reduce((bytes, each) => bytes + each, 0),
    unplannedBytes,
    openSizes,
    kernels,
    codeBytes: sum(isKernels),
    constantBytes: sum((name) => !isKernels(name)),
  };
}
