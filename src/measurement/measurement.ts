import * as z from 'zod';
import { metricNames } from './metric-names.ts';

/** `exact` follows from the bytes; `modelled` is an estimate with the measured relative error of its estimator; `measured` was run by somebody, and `source` says by what. */
export const basisSchema = z.enum(['exact', 'modelled', 'measured']);

/** A number that is never shown without how it was obtained. */
export const metricSchema = z.strictObject({
  value: z.number(),
  unit: z.enum(['B', 'ms', 'mJ', 'mW', 'ratio', 'days']),
  basis: basisSchema,
  /** Relative error of the estimator, as a fraction: its mean absolute relative error on published measurements. */
  error: z.number().nonnegative().optional(),
  /** Where a part of it is not known: the true value is at least, or at most, this. */
  bound: z.enum(['at-least', 'at-most']).optional(),
  /** What it was obtained with: the planner, the data set, the tool and its version. */
  source: z.string().max(400).optional(),
});
export type Metric = z.infer<typeof metricSchema>;

export const severitySchema = z.enum(['info', 'warning', 'error']);

/** Something a person should know about a model on a target. `code` is stable and kebab-case; `where` names a place in the model. */
export const findingSchema = z.strictObject({
  code: z
    .string()
    .regex(/^[a-z0-9-]+$/)
    .max(64),
  severity: severitySchema,
  where: z.string().max(400).optional(),
  message: z.string().max(2000),
});
export type Finding = z.infer<typeof findingSchema>;

/** One buffer of the memory plan. `first` and `last` are operator indices, both inclusive, between which it is alive; inputs start at 0. */
export const bufferSchema = z.strictObject({
  tensor: z.string().max(400),
  offset: z.number().int().nonnegative(),
  bytes: z.number().int().nonnegative(),
  first: z.number().int(),
  last: z.number().int(),
});
export type PlannedBuffer = z.infer<typeof bufferSchema>;

/** A place for every activation. All in bytes. */
export const memoryPlanSchema = z.strictObject({
  /** What the runtime reports as used. */
  arenaUsed: z.number().int().nonnegative(),
  /** The smallest arena with which allocation succeeds. */
  arenaRequired: z.number().int().nonnegative(),
  buffers: z.array(bufferSchema).max(100_000),
});
export type MemoryPlan = z.infer<typeof memoryPlanSchema>;

/** Where activations live, as the device places them. */
export const memorySchema = memoryPlanSchema.extend({
  /** The largest sum of buffers alive at once: no plan can do better. */
  lowerBound: z.number().int().nonnegative(),
  /** Where the artifact carries a plan: what the runtime's own planner would make of it without, if that needs other memory. */
  ownPlan: memoryPlanSchema.optional(),
});
export type Memory = z.infer<typeof memorySchema>;

/** One operator's share. Latency in ms, the rest in bytes or counts; `null` where it cannot be had. */
export const layerSchema = z.strictObject({
  index: z.number().int().nonnegative(),
  type: z.string().max(200),
  name: z.string().max(400),
  macs: z.number().nonnegative(),
  latency: z.number().nonnegative().nullable(),
  /** mJ */
  energy: z.number().nonnegative().nullable(),
  /** Bytes of its constants in the artifact. */
  flash: z.number().nonnegative(),
  /** Bytes of all buffers alive while it runs. */
  liveBytes: z.number().nonnegative(),
  instructions: z.number().nonnegative().optional(),
  /** What runs it. */
  unit: z.enum(['cpu', 'npu', 'gpu']),
  /** The shape of its first output, for people and for attributing differences. */
  outputShape: z
    .array(z.union([z.number(), z.string().max(200)]))
    .max(32)
    .optional(),
  /** The element type of its first output (`int8`), and the shape of its weights: for saying what changed. */
  outputType: z.string().max(40).optional(),
  weightShape: z.array(z.number().int().nonnegative()).max(32).optional(),
  /** The lowest and the highest real number that the integers of its first output, and of its weights, can stand for. */
  outputRange: z.tuple([z.number(), z.number()]).optional(),
  weightRange: z.tuple([z.number(), z.number()]).optional(),
  /** How near its result comes to the float model's on calibration samples, in dB of signal to noise, with all that was lost before it. */
  decibels: z.number().optional(),
});
export type Layer = z.infer<typeof layerSchema>;

/** How much of a model the target's accelerator runs, as fractions; `time` is `null` where a layer's is not known. */
export const accelerationSchema = z.strictObject({
  unit: z.enum(['npu', 'gpu']),
  macs: z.number().min(0).max(1),
  time: z.number().min(0).max(1).nullable(),
  /** Operators on it, and in all. */
  operators: z.number().int().nonnegative(),
  of: z.number().int().nonnegative(),
});
export type Acceleration = z.infer<typeof accelerationSchema>;

/** A part of a metric in bytes. */
export const partSchema = z.strictObject({
  name: z.string().max(200),
  bytes: z.number(),
  /**
   * What several models of one firmware have in common of it; without this each has its own.
   * `runtime`: there once, whatever runs. `stack`: once where no inference interrupts another. `arena`: in use during an inference alone, so that models may take turns in it.
   */
  shared: z.enum(['runtime', 'stack', 'arena']).optional(),
});
export type Part = z.infer<typeof partSchema>;

/** All that is known of one artifact on one target; the contract of `measure --json`. */
export const measurementSchema = z.strictObject({
  schemaVersion: z.literal(1),
  model: z.strictObject({
    path: z.string().max(4096),
    format: z.enum(['onnx', 'ort', 'tflite']),
    bytes: z.number().int().nonnegative(),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    parameters: z.number().nonnegative(),
    macs: z.number().nonnegative(),
    operators: z.number().int().nonnegative(),
  }),
  target: z.strictObject({ id: z.string().max(200), board: z.string().max(200), runtime: z.string().max(100) }),
  /** What the device would load. `recipe` is what made it from the model; `none` means the committed bytes. */
  artifact: z.strictObject({
    format: z.string().max(40),
    bytes: z.number().int().nonnegative(),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    recipe: z.string().max(400),
  }),
  /** False when the runtime would refuse the model or the board could not hold it; findings say why. */
  deployable: z.boolean(),
  peakRam: metricSchema.nullable(),
  flash: metricSchema.nullable(),
  /** What the model takes of memories that only an accelerator has: results alive at once, and weights. */
  dataMemory: metricSchema.nullable().default(null),
  weightMemory: metricSchema.nullable().default(null),
  latency: metricSchema.nullable(),
  energy: metricSchema.nullable(),
  accuracy: metricSchema.nullable(),
  /** Share of the multiply-accumulates that the accelerator runs. */
  accelerated: metricSchema.nullable(),
  acceleration: accelerationSchema.nullable(),
  /** How often it runs and from which battery, where that is configured; the three metrics below follow from it. */
  dutyCycle: z
    .strictObject({
      everyMs: z.number().positive(),
      battery: z.string().max(100).optional(),
      sleepMilliwatts: z.number().nonnegative().optional(),
    })
    .optional(),
  /** Power on average over the period, in mW. */
  averagePower: metricSchema.nullable(),
  /** Share of the period in which it runs. */
  duty: metricSchema.nullable(),
  /** Days that the battery lasts. */
  batteryLife: metricSchema.nullable(),
  /** Why a metric is `null`: one sentence for each that is. */
  unavailable: z.partialRecord(z.enum(metricNames), z.string().max(1000)),
  memory: memorySchema.nullable(),
  /** Parts of `peakRam` and of `flash`, by name; each list sums to its metric. */
  parts: z.strictObject({
    peakRam: z.array(partSchema).max(1000),
    flash: z.array(partSchema).max(1000),
  }),
  layers: z.array(layerSchema).max(100_000),
  findings: z.array(findingSchema).max(1000),
});
export type Measurement = z.infer<typeof measurementSchema>;
