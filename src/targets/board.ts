import * as z from 'zod';

/** Key of a sentence under the file's `sources`. */
const source = z.string();

/** Far above whatever is said of a device, in any unit; products of a few such numbers are still numbers. */
const largest = 1e18;

/** A number and where it comes from. */
const sourced = z.strictObject({
  value: z.number().nonnegative().max(largest),
  source,
  /** Under which conditions it holds, where that matters. */
  conditions: z.string().optional(),
});

/** What nothing runs without: a clock, a core. */
const positive = sourced.extend({ value: z.number().positive().max(largest) });

/** The sentences that `source` fields refer to. */
const sources = z.record(z.string(), z.string().min(10));

const coefficient = z.number().min(-largest).max(largest);

/** What a kernel's loops run over; how often each counts follows from shapes alone (`src/runtimes/tflm/kernel-work*.ts`). */
const kernelTerms = {
  /** Once. */
  perCall: coefficient.optional(),
  /** Output elements, and elements of the data input. */
  perOutput: coefficient.optional(),
  perInput: coefficient.optional(),
  /** Multiply-accumulates: in the unrolled or vectorised body, in the remainder that does not fill it, and where a row or channel has no partner to share loads with. */
  perMac: coefficient.optional(),
  perTailMac: coefficient.optional(),
  perSingleMac: coefficient.optional(),
  /** Weights that are summed up beforehand. */
  perWeight: coefficient.optional(),
  /** Output channels that are set up, once for each time that all weights are walked through. */
  perChannel: coefficient.optional(),
  /** Output positions: height times width times batch. */
  perPixel: coefficient.optional(),
  /** Rows: of an image, of a filter, of a matrix, as the kernel's outer loops have them. */
  perRow: coefficient.optional(),
  /** Filter positions that lie inside the input, and those in its padding. */
  perTap: coefficient.optional(),
  perPaddedTap: coefficient.optional(),
  /** Elements gathered into columns before they are multiplied, and those of them that do not fill a word. */
  perPatch: coefficient.optional(),
  perPatchTail: coefficient.optional(),
  /** Vectors of 16 bytes: gathered, multiplied for four rows at once, multiplied for one row. */
  perTapVector: coefficient.optional(),
  perVector: coefficient.optional(),
  perSingleVector: coefficient.optional(),
  /** Results written four at once, and one by one. */
  perOutputBlock: coefficient.optional(),
  perSingleOutput: coefficient.optional(),
  /** Exponentials. */
  perExponential: coefficient.optional(),
  /** Indices kept by general loops: one for each element and dimension, or element, dimension and axis. */
  perIndex: coefficient.optional(),
  perAxisIndex: coefficient.optional(),
};

/** Instructions or cycles of one kernel as a sum of terms, each a coefficient times a count. */
export const kernelCostSchema = z.strictObject(kernelTerms);
export type KernelCost = z.infer<typeof kernelCostSchema>;

/** What a set of kernels costs on a core: a cost per kind of kernel, and where they were obtained. */
const kernelLibrarySchema = z.strictObject({
  source,
  unit: z.enum(['instructions', 'cycles']),
  /** Mean absolute relative error of a model's total on models that were not fitted. */
  error: sourced,
  kernels: z.record(z.string(), kernelCostSchema),
});
export type KernelLibrary = z.infer<typeof kernelLibrarySchema>;

/** What a unit spends on operators, in cycles of its clock with one thread; what is left out costs nothing. */
const unitCostsSchema = z.strictObject({
  source,
  /** For each multiply-accumulate of a sum over many channels, over one channel, of a vector with a matrix; the last are counted like the first where they are left out. */
  cyclesPerConvolutionMac: z.number().nonnegative().max(largest).optional(),
  cyclesPerDepthwiseMac: z.number().nonnegative().max(largest).optional(),
  cyclesPerDenseMac: z.number().nonnegative().max(largest).optional(),
  /** For each element that such operators write: what makes sums over few channels slower. */
  cyclesPerOutput: z.number().nonnegative().max(largest).optional(),
  /** For each element that other operators go over, and in addition where these are functions that the unit has no instruction for. */
  cyclesPerElement: z.number().nonnegative().max(largest).optional(),
  cyclesPerFunctionElement: z.number().nonnegative().max(largest).optional(),
  /** In addition for each element of operators that LiteRT does not give to XNNPACK in integers: on one thread, whatever their number. */
  cyclesPerSerialElement: z.number().nonnegative().max(largest).optional(),
  /** For each byte of activations, of activations that its own memory can't hold, of constants. */
  cyclesPerDataByte: z.number().nonnegative().max(largest).optional(),
  cyclesPerSpilledByte: z.number().nonnegative().max(largest).optional(),
  cyclesPerWeightByte: z.number().nonnegative().max(largest).optional(),
  /** For each operator that is started. */
  launchMicroseconds: z.number().nonnegative().max(largest),
});
export type UnitCosts = z.infer<typeof unitCostsSchema>;

const precision = z.enum(['float32', 'float16', 'int8']);

/** A unit as a roofline: an operator takes the longer of its work and of reading its weights from memory, and the cost of a launch. */
const rooflineSchema = z.strictObject({
  /** By what is computed in; `float16` where the runtime may choose it. */
  costs: z.partialRecord(precision, unitCostsSchema),
  /** Speed with this many threads, as a multiple of one thread. */
  threadScaling: z
    .array(z.strictObject({ threads: z.int().positive(), speedup: z.number().positive(), source }))
    .optional(),
  /** Bytes of activations that the unit's own memory holds. */
  onChipBytes: sourced.optional(),
  error: sourced,
});
export type RooflineCosts = z.infer<typeof rooflineSchema>;

/** A processor core, shared by the boards that carry it: `cores/<id>.yml`. */
export const coreSchema = z.strictObject({
  id: z.string(),
  title: z.string(),
  architecture: z.string(),
  /** Instruction sets that kernel libraries choose their code by. */
  features: z.strictObject({ dsp: z.boolean(), mve: z.boolean(), fpu: z.enum(['none', 'single', 'double']) }),
  pointerBytes: z.union([z.literal(4), z.literal(8)]),
  /** The core whose kernel libraries hold for this one too: it runs the same instructions. */
  kernelsOf: z.string().optional(),
  /**
   * What runs operators that the core's own kernels leave to plain C, and what these cost: for each instruction that the reference kernels take on another core, so many cycles or
   * instructions, as the core's own kernels are counted.
   * `kernels` is that core's library, put here when the file is loaded.
   */
  plainKernels: z
    .strictObject({
      core: z.string(),
      perInstruction: positive,
      kernels: z.record(z.string(), kernelCostSchema).optional(),
    })
    .optional(),
  /** Kernel libraries by name: `cmsis-nn`, `esp-nn`, `reference`. */
  kernelLibraries: z.record(z.string(), kernelLibrarySchema),
  roofline: rooflineSchema.optional(),
  sources,
});
export type Core = z.infer<typeof coreSchema>;

const memorySchema = z.strictObject({
  name: z.string(),
  kind: z.enum(['internal', 'tightly-coupled', 'external', 'flash']),
  bytes: sourced,
});

/** What a runtime needs to know about a board. */
const boardRuntimeSchema = z.strictObject({
  kernelLibrary: z.string().optional(),
  cyclesPerInstruction: sourced.optional(),
  /** Cycles that fetching a byte of weights from flash adds to the instructions. */
  flashCyclesPerWeightByte: sourced.optional(),
  /** The same of bytes that are read one after the other without a pause, as the reference kernels do in floating point; as any other where absent. */
  flashCyclesPerStreamedByte: sourced.optional(),
  /** Bytes that a cache of that flash holds: an operator's constants that are more are fetched at every pass of its kernel. Absent where that is not modelled: all are fetched once. */
  weightCacheBytes: sourced.optional(),
  threads: sourced.optional(),
  /** The processor beside the CPU that this runtime gives work to, as its compiler calls it: `ethos-u65-256`; memories that only it has are limits of their own. */
  accelerator: z
    .strictObject({
      id: z.string(),
      clockHz: positive.optional(),
      dataBytes: positive.optional(),
      weightBytes: positive.optional(),
      source,
    })
    .optional(),
  /** What only this runtime's estimate understands, by name, each with its unit in the name: `launchMicroseconds`. */
  coefficients: z.record(z.string(), sourced).optional(),
  /** Of the accelerator, whose clock its cycles are; without an accelerator of the CPU, where this runtime's kernels are others than the core's. */
  roofline: rooflineSchema.optional(),
  /** Mean absolute relative error of the estimate against published measurements. */
  latencyError: sourced.optional(),
  energyError: sourced.optional(),
});
export type BoardRuntime = z.infer<typeof boardRuntimeSchema>;

const boardFields = {
  id: z
    .string()
    .regex(/^[a-z0-9-]+$/)
    .max(100),
  title: z.string(),
  vendor: z.string(),
  /** One sentence for people: what it stands for. */
  about: z.string(),
  /** A sentence on what it has for inference that no runtime here estimates, and why: every Measurement on it says so. */
  notModelled: z.string().max(400).optional(),
  clockHz: positive,
  /** Cores of this kind that inference can use. */
  cores: positive,
  /** Bytes that firmware can use in all. */
  ram: sourced,
  flash: sourced,
  memories: z.array(memorySchema),
  memoryBytesPerSecond: positive.optional(),
  /** What its CPU takes as a multiple of its core's roofline, by what is computed in: memory, cooling and system differ. 1 where it was not measured. */
  cpuFactors: z.partialRecord(precision, positive).optional(),
  power: z.strictObject({
    activeMilliwatts: sourced.optional(),
    idleMilliwatts: sourced.optional(),
    /** What of these two stays at any clock; see `clockedAt` for boards that do not say. */
    unclockedMilliwatts: sourced.optional(),
    sleepMilliwatts: sourced.optional(),
    /** Energy of waking from sleep and going back, beside what runs. */
    wakeMicrojoules: sourced.optional(),
    /**
     * The supply that these hold for, where the core is behind a regulator on the chip. Behind a `linear` one the current stays and the power follows the voltage;
     * a `switching` one takes about the same power from any.
     */
    supply: z.strictObject({ volts: positive, regulator: z.enum(['linear', 'switching']), source }).optional(),
  }),
  runtimes: z.record(z.string().max(60), boardRuntimeSchema),
  defaultRuntime: z.string(),
  sources,
};

/** A board as its file has it, with its core by name: `boards/<id>.yml`. */
export const boardFileSchema = z.strictObject({ ...boardFields, core: z.string() });
/** A board with its core. */
export const boardSchema = z.strictObject({ ...boardFields, core: coreSchema });
export type Board = Readonly<z.infer<typeof boardSchema>>;
