import type { Budget } from '../judge/budget.ts';
import type { Target } from '../targets/target.ts';
import type { Config } from './config.ts';
import { defaultAcceleratedDrop, defaultIncrease, watchedMetrics } from './defaults.ts';
import { type Rule, rulesFor, type Slot, slotOf } from './rule-slots.ts';
import { effectiveSettings } from './settings.ts';

/**
 * The budgets of a model on a target by one configuration: its rules as `rulesFor` says, the board's own limits, which nothing switches off,
 * and the default increase where no rule is about growth. `rule` says whose the configuration is.
 */
export function budgetsFor(
  config: Config | null,
  modelPath: string,
  target: Target,
  options: { readonly rule: 'base' | 'new' },
): readonly Budget[] {
  const rules = config === null ? new Map<Slot, Rule>() : rulesFor(config, modelPath, target);
  const explicit = [...rules.values()].flatMap((rule) => toBudget(rule, options.rule));
  return [
    ...explicit,
    ...boardLimits(config, null, target),
    ...dutyLimit(config, null, modelPath, rules),
    ...defaults(rules, target),
  ];
}

/**
 * The budgets that a pull request is judged by. Where the base's configuration has a rule, for a metric and a kind of limit, it holds, whatever the head's says, also when the head's is switched off or gone.
 * Where it has none, the head's holds and is marked `new`; where neither has, the default.
 */
export function effectiveBudgets(
  base: Config | null,
  head: Config | null,
  modelPath: string,
  target: Target,
): readonly Budget[] {
  const old = base === null ? new Map<Slot, Rule>() : rulesFor(base, modelPath, target);
  const now = head === null ? new Map<Slot, Rule>() : rulesFor(head, modelPath, target);
  const fromBase = [...old].flatMap(([slot, rule]) => {
    if (rule.level === 'off') return [];
    return toBudget(whereItIsNow(rule, now.get(slot)), 'base');
  });
  const fromHead = [...now].flatMap(([slot, rule]) => (isHeld(old.get(slot)) ? [] : toBudget(rule, 'new')));
  return [
    ...fromBase,
    ...fromHead,
    ...boardLimits(base, head, target),
    ...dutyLimit(base, head, modelPath, new Map([...old, ...now])),
    ...defaults(new Map([...old, ...now]), target),
  ];
}

/**
 * True when the two configurations do not limit the model on the target in the same way; it is then shown even if the model itself is unchanged.
 */
export function budgetsDiffer(base: Config | null, head: Config | null, modelPath: string, target: Target): boolean {
  const [old, now] = [base, head].map((config) =>
    config === null ? new Map<Slot, Rule>() : rulesFor(config, modelPath, target),
  );
  const slots = [...(old?.keys() ?? []), ...(now?.keys() ?? [])];
  return slots.some((slot) => !isSameRule(old?.get(slot), now?.get(slot))) || reservesDiffer(base, head, target.name);
}

/** True when both limit alike; what is switched off is alike whatever its limit, and unlike nothing at all, which has a default. */
function isSameRule(one: Rule | undefined, other: Rule | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  if (one.level !== other.level) return false;
  return one.level === 'off' || JSON.stringify(one.limit) === JSON.stringify(other.limit);
}

function reservesDiffer(base: Config | null, head: Config | null, name: string): boolean {
  const [old, now] = [base, head].map((config) => config?.targets.find((target) => target.name === name));
  if (old === undefined || now === undefined) return false;
  return old.board !== now.board || old.ram?.value !== now.ram?.value || old.flash?.value !== now.flash?.value;
}

/** The base switched off is not the base limiting: the head may then add a rule. */
function isHeld(rule: Rule | undefined): boolean {
  return rule !== undefined && rule.level !== 'off';
}

/** An unchanged rule is shown where it stands in the head's file, where annotations can point; a changed one is the base's. */
function whereItIsNow(rule: Rule, now: Rule | undefined): Rule & { readonly isGone?: boolean } {
  if (now !== undefined && isSameRule(rule, now)) return now;
  return { ...rule, origin: `${rule.origin} in the base`, line: now?.line ?? rule.line, isGone: now === undefined };
}

function toBudget(rule: Rule & { readonly isGone?: boolean }, whose: 'base' | 'new'): readonly Budget[] {
  if (rule.level === 'off') return [];
  const { metric, limit, level, origin } = rule;
  const line = rule.isGone === true ? {} : { line: rule.line };
  return [{ metric, limit, level, origin: origin.slice(0, 400), rule: whose, ...line }];
}

/** What the board has, or what the configuration leaves of it; the base's word for a target comes first. */
function boardLimits(base: Config | null, head: Config | null, target: Target): readonly Budget[] {
  const find = (config: Config | null) => config?.targets.find(({ name }) => name === target.name);
  const old = find(base);
  const said = old ?? find(head);
  const path = (old === undefined ? head : base)?.path;
  const limit = (metric: 'peakRam' | 'flash', word: string, value: number): Budget => {
    const reserve = metric === 'peakRam' ? said?.ram : said?.flash;
    const budget = { metric, limit: { kind: 'max', value }, level: 'error' } as const;
    if (reserve === undefined) return { ...budget, origin: `${word} of ${target.name}`, rule: 'default' };
    const origin = `${word} of ${target.name} (${path}:${reserve.line})`;
    return { ...budget, origin, rule: old === undefined ? 'new' : 'base', line: reserve.line };
  };
  return [limit('peakRam', 'RAM', target.ramBytes), limit('flash', 'flash', target.flashBytes), ...ownMemories(target)];
}

/** Memories of an accelerator that nothing else uses. */
function ownMemories({ board, runtime, name }: Target): readonly Budget[] {
  const { dataBytes, weightBytes } = board.runtimes[runtime]?.accelerator ?? {};
  const limit = (metric: 'dataMemory' | 'weightMemory', word: string, bytes: number | undefined): readonly Budget[] => {
    if (bytes === undefined) return [];
    const origin = `${word} memory of ${name}'s accelerator`;
    return [{ metric, limit: { kind: 'max', value: bytes }, level: 'error', origin, rule: 'default' }];
  };
  return [...limit('dataMemory', 'data', dataBytes?.value), ...limit('weightMemory', 'weight', weightBytes?.value)];
}

/** A model that takes longer than its period falls behind for ever. */
function dutyLimit(
  base: Config | null,
  head: Config | null,
  modelPath: string,
  rules: ReadonlyMap<Slot, Rule>,
): readonly Budget[] {
  const { dutyCycle } = effectiveSettings(base, head, modelPath);
  if (dutyCycle === undefined || rules.has(slotOf('duty', 'max'))) return [];
  const origin = `duty-cycle: every ${dutyCycle.everyMs} ms`;
  return [{ metric: 'duty', limit: { kind: 'max', value: 1 }, level: 'error', origin, rule: 'default' }];
}

function defaults(rules: ReadonlyMap<Slot, Rule>, target: Target): readonly Budget[] {
  return [...watchedIncreases(rules), ...acceleratedDrop(rules, target)];
}

/** Only where there is an accelerator to fall back from. */
function acceleratedDrop(rules: ReadonlyMap<Slot, Rule>, { board, runtime }: Target): readonly Budget[] {
  if (board.runtimes[runtime]?.accelerator === undefined || rules.has(slotOf('accelerated', 'max-drop'))) return [];
  const limit = { kind: 'max-drop', points: defaultAcceleratedDrop } as const;
  return [{ metric: 'accelerated', limit, level: 'warn', origin: 'default of 5 pp', rule: 'default' }];
}

function watchedIncreases(rules: ReadonlyMap<Slot, Rule>): readonly Budget[] {
  return watchedMetrics
    .filter((metric) => !rules.has(slotOf(metric, 'max-increase')))
    .map((metric) => ({
      metric,
      limit: { kind: 'max-increase', relative: defaultIncrease },
      level: 'warn',
      origin: 'default of 5 %',
      rule: 'default',
    }));
}
