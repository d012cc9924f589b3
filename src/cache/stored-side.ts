import * as z from 'zod';
import type { Answers } from '../accuracy/accuracy.ts';
import { sha256 } from '../basics/sha256.ts';
import { savingStepSchema } from '../judge/comparison.ts';
import { type Measurement, measurementSchema } from '../measurement/measurement.ts';
import { jsonIn, sealed, unsealed } from './sealed.ts';

/** The largest entry that is kept or read, in bytes: a model of an edge device and all that is known of its layers. */
export const entryBytesLimit = 256 * 2 ** 20;
/** The largest Measurement in it, as JSON. */
const recordBytesLimit = 64 * 2 ** 20;
/** More samples than any evaluation set that a pull request waits for. */
const samplesLimit = 2 ** 24;

const hash = z.string().regex(/^[0-9a-f]{64}$/);

const recordSchema = z.strictObject({
  schemaVersion: z.literal(1),
  key: hash,
  measurement: measurementSchema,
  /** A byte per sample, base64. */
  correct: z.base64().max(samplesLimit).optional(),
  /** Four bytes per sample, base64. */
  answers: z
    .strictObject({
      labels: z.base64().max(6 * samplesLimit),
      chosen: z.base64().max(6 * samplesLimit),
      classes: z.number().int().nonnegative(),
    })
    .optional(),
  saving: z.strictObject({ measurement: measurementSchema, steps: z.array(savingStepSchema).max(100) }).optional(),
  uncompiled: z.strictObject({ bytes: z.number().int().positive().max(entryBytesLimit), sha256: hash }).optional(),
});

/** What is kept of a measured side, without the bytes of models. */
export type SideRecord = Pick<z.infer<typeof recordSchema>, 'measurement' | 'saving'> & {
  /** By sample of the evaluation set: 1 where the answer was right. */
  readonly correct?: Uint8Array;
  readonly answers?: Answers;
};

/** What was asked for, by which an answer is recognised as the right one. */
export interface AskedSide {
  readonly key: string;
  readonly model: { readonly bytes: number; readonly sha256: string };
  readonly target: Measurement['target'];
}

/** The Measurement of what would be handed out as a file: the optimised model. `undefined` where what ships is what was committed. */
export function handedOut({ measurement, saving }: SideRecord): Measurement | undefined {
  return saving?.measurement ?? (measurement.artifact.recipe === 'none' ? undefined : measurement);
}

/** The models that are kept with a side. */
export interface KeptModels {
  /** The one that `handedOut` is about; empty where there is none. */
  readonly made: Uint8Array;
  /** What the target's compiler was given, where an optimised model went through one. */
  readonly uncompiled?: Uint8Array;
}

/** An entry: the sha256 of what follows, the record as JSON, each on a line, and the models' bytes. */
export function encodeSide(
  key: string,
  { correct, answers, ...rest }: SideRecord,
  { made, uncompiled }: KeptModels,
): Uint8Array {
  const record = {
    schemaVersion: 1,
    key,
    ...rest,
    ...(correct === undefined ? {} : { correct: Buffer.from(correct).toString('base64') }),
    ...(answers === undefined
      ? {}
      : { answers: { ...answers, labels: base64Of(answers.labels), chosen: base64Of(answers.chosen) } }),
    ...(uncompiled === undefined ? {} : { uncompiled: { bytes: uncompiled.byteLength, sha256: sha256(uncompiled) } }),
  };
  const content = Buffer.concat([Buffer.from(`${JSON.stringify(record)}\n`), made, uncompiled ?? new Uint8Array(0)]);
  return sealed(content);
}

/** What an entry holds, or in half a sentence why it is not taken. */
export type DecodedSide =
  | { readonly kind: 'side'; readonly side: SideRecord; readonly models: KeptModels }
  | { readonly kind: 'refused'; readonly reason: string };

/** Reads an entry, which may be damaged or anybody's: it has to be whole, of the strict schema, about what was asked, and to agree with itself. */
export function decodeSide(entry: Uint8Array, asked: AskedSide): DecodedSide {
  const content = unsealed(entry);
  if (content === undefined) return refused('it is damaged');
  const end = content.indexOf(0x0a);
  if (end < 0 || end > recordBytesLimit) return refused('its record is too large');
  const record = jsonIn(content.subarray(0, end));
  if (!isRecord(record)) return refused('it is no entry of this version');
  const { key, measurement, saving, correct, answers, uncompiled } = record;
  const side: SideRecord = {
    measurement,
    ...(saving === undefined ? {} : { saving }),
    ...(correct === undefined ? {} : { correct: new Uint8Array(Buffer.from(correct, 'base64')) }),
    ...(answers === undefined
      ? {}
      : { answers: { ...answers, labels: integersOf(answers.labels), chosen: integersOf(answers.chosen) } }),
  };
  const models = content.subarray(end + 1);
  const madeBytes = models.byteLength - (uncompiled?.bytes ?? 0);
  if (madeBytes < 0) return refused('its models are shorter than the record says');
  const [made, rest] = [models.subarray(0, madeBytes), models.subarray(madeBytes)];
  if (uncompiled !== undefined && sha256(rest) !== uncompiled.sha256)
    return refused('its model is not the one that was compiled');
  const reason = key === asked.key ? disagreement(side, made, asked) : 'it answers another question';
  if (reason !== undefined) return refused(reason);
  return { kind: 'side', side, models: uncompiled === undefined ? { made } : { made, uncompiled: rest } };
}

/** The value itself is used and not what the schema copies, whose keys are in another order: a report is the same with and without a cache. */
function isRecord(value: unknown): value is z.infer<typeof recordSchema> {
  return recordSchema.safeParse(value).success;
}

function disagreement(side: SideRecord, artifact: Uint8Array, { model, target }: AskedSide): string | undefined {
  const all = [side.measurement, ...(side.saving === undefined ? [] : [side.saving.measurement])];
  if (all.some((each) => each.model.sha256 !== model.sha256 || each.model.bytes !== model.bytes))
    return 'it is about another model';
  if (all.some((each) => (['id', 'board', 'runtime'] as const).some((name) => each.target[name] !== target[name])))
    return 'it is about another target';
  const made = handedOut(side);
  if (artifact.byteLength !== (made?.artifact.bytes ?? 0)) return 'its model has another size than the record says';
  if (made !== undefined && sha256(artifact) !== made.artifact.sha256)
    return 'its model is not the one that was measured';
  return answersDisagree(side);
}

function answersDisagree({ measurement: { accuracy }, correct, answers }: SideRecord): string | undefined {
  if ((accuracy === null) !== (correct === undefined) || (correct === undefined) !== (answers === undefined))
    return 'its accuracy and its answers do not belong together';
  if (correct === undefined || answers === undefined) return undefined;
  const { labels, chosen } = answers;
  const isWhole = [labels, chosen].every((each) => each.length === correct.length && each.every((value) => value >= 0));
  return isWhole && shareOf(correct) === accuracy?.value ? undefined : 'its accuracy is not that of its answers';
}

function shareOf(correct: Uint8Array): number {
  if (correct.some((outcome) => outcome > 1)) return Number.NaN;
  return correct.reduce((sum, outcome) => sum + outcome, 0) / correct.length;
}

function base64Of({ buffer, byteOffset, byteLength }: Int32Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('base64');
}

function integersOf(text: string): Int32Array {
  const bytes = new Uint8Array(Buffer.from(text, 'base64'));
  return new Int32Array(bytes.buffer, 0, Math.floor(bytes.byteLength / 4));
}

function refused(reason: string): DecodedSide {
  return { kind: 'refused', reason };
}
