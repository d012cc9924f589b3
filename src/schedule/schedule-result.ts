import * as z from 'zod';
import { verdictSchema } from '../judge/comparison.ts';
import { metricSchema } from '../measurement/measurement.ts';
import { arenaUses, policies } from './task.ts';

/** One task as it is at one commit: what a run takes, and how long it takes from its arrival to its end at worst. */
export const taskStateSchema = z.strictObject({
  /** Latency of one inference, or what the configuration says. */
  takes: metricSchema,
  /** ms; `null` where there is no bound. */
  response: z.number().nonnegative().nullable(),
  meets: z.boolean(),
});
export type TaskState = z.infer<typeof taskStateSchema>;

/** A task with its state at both commits; `null` where the commit has no such task, or where what it takes is not known. Times in ms. */
export const taskResultSchema = z.strictObject({
  name: z.string().max(4096),
  /** The path of the model at the head; without it the task is other work of the firmware. */
  model: z.string().max(4096).optional(),
  every: z.number().positive(),
  deadline: z.number().positive(),
  jitter: z.number().nonnegative(),
  base: taskStateSchema.nullable(),
  head: taskStateSchema.nullable(),
});
export type TaskResult = z.infer<typeof taskResultSchema>;

/** What the tasks of one commit need together. */
export const togetherSchema = z.strictObject({
  /** The share of the core that they take; more than 1 is more than there is. `null` where it is not known. */
  utilisation: z.number().nonnegative().nullable(),
  peakRam: metricSchema.nullable(),
  flash: metricSchema.nullable(),
  /** mW; by the periods of all tasks, with what the device takes between them. */
  averagePower: metricSchema.nullable(),
  /** The same as `utilisation`, with its basis. */
  duty: metricSchema.nullable(),
  /** Days that the schedule's battery lasts. */
  batteryLife: metricSchema.nullable(),
  /** Why average power, duty or battery life are not known. */
  unavailable: z.partialRecord(z.enum(['averagePower', 'duty', 'batteryLife']), z.string().max(1000)),
});
export type Together = z.infer<typeof togetherSchema>;

/** One thing that a schedule is held to, and one human sentence. */
export const scheduleJudgementSchema = z.strictObject({
  about: z.enum(['deployable', 'deadline', 'peak-ram', 'flash', 'averagePower', 'duty', 'batteryLife']),
  /** The task's name, where it is about one. */
  task: z.string().max(4096).optional(),
  verdict: verdictSchema,
  message: z.string().max(2000),
  /** What speaks against relying on it. */
  caution: z.string().max(400).optional(),
});
export type ScheduleJudgement = z.infer<typeof scheduleJudgementSchema>;

/** The models that share one core of a target: base and head, and whether all deadlines are met and all of it fits. */
export const scheduleResultSchema = z.strictObject({
  /** `Target.name` and `Target.id`. */
  target: z.string().max(200),
  targetId: z.string().max(200),
  policy: z.enum(policies),
  arenas: z.enum(arenaUses),
  /** What feeds the device. */
  battery: z.string().max(100).optional(),
  /** For people: `edge-ready.yml:24`. `rule` tells whether the base already had the schedule. */
  origin: z.string().max(400),
  rule: z.enum(['base', 'new']),
  /** Where it stands in the head's configuration. */
  line: z.number().int().positive().optional(),
  tasks: z.array(taskResultSchema).max(200),
  base: togetherSchema.nullable(),
  head: togetherSchema,
  judgements: z.array(scheduleJudgementSchema).max(500),
  /** Why it could not be judged, one sentence each. */
  problems: z.array(z.string().max(2000)).max(50),
  verdict: verdictSchema,
});
export type ScheduleResult = z.infer<typeof scheduleResultSchema>;
