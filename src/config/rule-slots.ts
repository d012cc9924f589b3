import { globMatcher } from '../changes/glob.ts';
import { type BudgetMetric, type Limit, sinceOf } from '../judge/budget.ts';
import type { Target } from '../targets/target.ts';
import type { BudgetRule, Config, Level, MetricRule } from './config.ts';
import { presetRules } from './presets.ts';

/** What a configuration says about one kind of limit on one metric, for one model on one target. */
export interface Rule {
  readonly metric: BudgetMetric;
  readonly limit: Limit;
  readonly level: Level;
  /** As it is written: `64 KiB`. */
  readonly text: string;
  /** For people: `edge-ready.yml:24`, `use case keyword-spotting`. */
  readonly origin: string;
  readonly line: number;
}

/** By metric and kind of limit: `peakRam max`. Growth over the base and growth since a release are two kinds: `peakRam max-increase since`. */
export type Slot = `${BudgetMetric} ${Limit['kind']}${'' | ' since'}`;

const limitKinds: readonly Limit['kind'][] = ['max', 'min', 'max-increase', 'max-drop', 'max-decrease'];

export function slotOf(metric: BudgetMetric, kind: Limit['kind'], since?: string): Slot {
  return `${metric} ${kind}${since === undefined ? '' : ' since'}`;
}

/**
 * The rules of a configuration that hold for a model on a target: presets first, then `budgets:` from top to bottom.
 * Each metric has one slot for every kind of limit, and a later rule replaces what is in it; other slots stay.
 * A rule that has a level but no limit changes the level of what the metric's slots hold; `off` also keeps the defaults out of the empty ones.
 */
export function rulesFor(config: Config, modelPath: string, target: Target): ReadonlyMap<Slot, Rule> {
  const slots = new Map<Slot, Rule>();
  for (const model of config.models) {
    if (!matchesAny(model.paths, modelPath)) continue;
    for (const use of model.presets) {
      const origin = use.kind === 'class' ? `class ${use.name}` : `use case ${use.name}`;
      for (const rule of presetRules(use)) apply(slots, rule, origin);
    }
  }
  for (const budget of config.budgets) {
    if (!appliesTo(budget, modelPath, target)) continue;
    for (const rule of budget.metrics) apply(slots, rule, `${config.path}:${rule.line}`);
  }
  return slots;
}

/** True when a budget is for the model and for the target, by the target's name, its board, or both with the runtime. */
function appliesTo(budget: BudgetRule, modelPath: string, target: Target): boolean {
  return isForTarget(budget.targets, target) && (budget.models === undefined || matchesAny(budget.models, modelPath));
}

/** True when a list of targets names this one, by its name, its board, or both with the runtime; no list means all. */
export function isForTarget(names: readonly string[] | undefined, target: Target): boolean {
  return names?.some((name) => [target.name, target.id, target.board.id].includes(name)) ?? true;
}

export function matchesAny(globs: readonly string[], path: string): boolean {
  return globs.some((glob) => globMatcher(glob)(path));
}

function apply(slots: Map<Slot, Rule>, rule: MetricRule, origin: string): void {
  const { metric, line } = rule;
  for (const { limit, text } of rule.limits) {
    slots.set(slotOf(metric, limit.kind, sinceOf(limit)), {
      metric,
      limit,
      text,
      level: rule.level ?? 'error',
      origin,
      line,
    });
  }
  if (rule.limits.length > 0 || rule.level === undefined) return;
  for (const kind of limitKinds) {
    const slot = slotOf(metric, kind);
    const held = slots.get(slot);
    if (held !== undefined) slots.set(slot, { ...held, level: rule.level });
    else if (rule.level === 'off')
      slots.set(slot, { metric, limit: noLimit(kind), text: 'off', level: 'off', origin, line });
    const since = slotOf(metric, kind, 'any');
    const heldSince = slots.get(since);
    if (heldSince !== undefined) slots.set(since, { ...heldSince, level: rule.level });
  }
}

/** A limit that is never judged, to stand in a slot that is switched off. */
function noLimit(kind: Limit['kind']): Limit {
  if (kind === 'max-drop') return { kind, points: 1 };
  return kind === 'max-increase' || kind === 'max-decrease'
    ? { kind }
    : { kind, value: kind === 'max' ? Number.MAX_VALUE : 0 };
}
