import type { AccuracyMetric } from '../accuracy/accuracy-metric.ts';
import type { Supply } from '../energy/battery.ts';
import type { DutyCycle } from '../energy/duty-cycle.ts';
import type { BudgetMetric, Limit } from '../judge/budget.ts';
import type { Recipe } from '../optimize/recipe.ts';
import type { ScheduleLimit } from '../schedule/judge-limits.ts';

import type { ArenaUse, Policy } from '../schedule/task.ts';
import type { Board } from '../targets/board.ts';
import type { StatedPower } from '../targets/other-conditions.ts';
import type { ModelClass, UseCase } from './preset-names.ts';
import type { Quantity } from './quantity.ts';

/** What a configuration file says, in the gate's units (B, ms, mJ, ratios). Every rule has its line, for annotations. */
export interface Config {
  /** The file, from the repository's top. */
  readonly path: string;
  readonly targets: readonly ConfiguredTarget[];
  readonly models: readonly ModelRule[];
  readonly budgets: readonly BudgetRule[];
  readonly schedules: readonly Schedule[];
}

/** A device by the user's name. `ram` and `flash` are what is left for the model. */
export interface ConfiguredTarget {
  readonly name: string;
  /** `board` or `board/runtime`; for a board of the user's, its file. */
  readonly board: string;
  /** A board of the user's: its file, the runtime that is wanted, and the board itself once the file is read. */
  readonly own?: { readonly file: string; readonly runtime?: string; readonly board?: Board };
  readonly clockHz?: number;
  /** The supply. */
  readonly volts?: number;
  readonly power?: StatedPower;
  /** A program of the repository, or an https address. */
  readonly measureWith?: string;
  readonly ram?: Quantity & { readonly line: number };
  readonly flash?: Quantity & { readonly line: number };
  readonly line: number;
}

/** What the gate should know of the models that `paths` match. */
export interface ModelRule {
  readonly paths: readonly string[];
  readonly line: number;
  readonly settings: ModelSettings;
  readonly presets: readonly PresetUse[];
}

/** A preset of budgets that an entry of `models:` asks for. */
export type PresetUse =
  | { readonly kind: 'use-case'; readonly name: UseCase; readonly line: number }
  | { readonly kind: 'class'; readonly name: ModelClass; readonly line: number };

/** What is done with a model. Data sets are paths from the repository's top. */
export interface ModelSettings {
  /** The targets it ships to; `undefined` means all. */
  readonly targets?: readonly string[];
  readonly recipe?: Recipe;
  readonly calibration?: string;
  readonly evaluation?: { readonly data: string; readonly metric: AccuracyMetric };
  readonly dutyCycle?: DutyCycle;
  readonly dimensions?: Readonly<Record<string, number>>;
  /** A public network that the model's figures are shown beside. */
  readonly reference?: string;
}

/** Limits for the models that `models` match on the targets that `targets` name; `undefined` means all. */
export interface BudgetRule {
  readonly models?: readonly string[];
  readonly targets?: readonly string[];
  readonly line: number;
  readonly metrics: readonly MetricRule[];
}

export type Level = 'off' | 'warn' | 'error';

/** What one key of a budget says. Without limits its level is for the limits that earlier entries gave the metric. */
export interface MetricRule {
  readonly metric: BudgetMetric;
  readonly limits: readonly { readonly limit: Limit; readonly text: string }[];
  /** `undefined` where none is written, which means `error`. */
  readonly level?: Level;
  readonly line: number;
}

/** Models that run periodically on one core, with what else runs there. */
export interface Schedule extends Supply {
  readonly target: string;
  readonly policy: Policy;
  readonly arenas: ArenaUse;
  readonly level: Level;
  readonly tasks: readonly ScheduledTask[];
  readonly limits: readonly ScheduleLimit[];
  readonly line: number;
}

/** A model's path from the repository's top, or other work of the firmware with what a run of it takes. */
export type ScheduledTask = {
  readonly everyMs: number;
  readonly deadlineMs: number;
  readonly jitterMs: number;
} & (
  | { readonly kind: 'model'; readonly model: string }
  | { readonly kind: 'other'; readonly name: string; readonly takesMs: number }
);
