import type { Measurement, Metric } from '../measurement/measurement.ts';
import type { TimedTask } from './analyse.ts';

/** What one run of a task takes at one commit, and the measurement of its model. */
export interface TaskSide {
  /** `null` where it is not known; the measurement says why. */
  readonly takes: Metric | null;
  /** Absent for work that is no model. */
  readonly measurement?: Measurement;
}

/** A task of a schedule with both sides; `null` where the commit's schedule has no such task, or its model could not be measured, which is a problem of its own. */
export interface PlannedTask {
  readonly name: string;
  readonly model?: string;
  readonly everyMs: number;
  readonly deadlineMs: number;
  readonly jitterMs: number;
  readonly base: TaskSide | null;
  readonly head: TaskSide | null;
}

/** A task at one commit of which is known what it takes. */
export interface Known {
  readonly task: PlannedTask;
  readonly takes: Metric;
  readonly timed: TimedTask;
}

/** Work that is no model: what the configuration says that it takes. */
export function knownWork(takesMs: number): TaskSide {
  return { takes: { value: takesMs, unit: 'ms', basis: 'measured', source: 'as the configuration says' } };
}
