import path from 'node:path';
import { stringify } from 'yaml';

/** Where editors find what may stand in the file. */
const schemaAddress = 'https://raw.githubusercontent.com/org/edge-ready-gate/v1/docs/edge-ready.schema.json';

/** What a first configuration says. */
export interface InitialConfiguration {
  /** Boards, or `board/runtime`; at least one. */
  readonly targets: readonly string[];
  readonly models: readonly string[];
  readonly calibration: string | undefined;
  readonly evaluation: string | undefined;
}

/** The text of a first `edge-ready.yml`: the targets, the models and their data sets, budgets on growth, and what else there is as comments. */
export function configurationText({ targets, models, calibration, evaluation }: InitialConfiguration): string {
  const patterns = modelPatterns(models);
  const entries = patterns.map((pattern) => ({
    path: pattern,
    ...(calibration === undefined ? {} : { calibration }),
    ...(evaluation === undefined ? {} : { evaluation: { data: evaluation, metric: 'top-1' } }),
  }));
  return [
    `# yaml-language-server: $schema=${schemaAddress}`,
    '# What each key may say: docs/configuration.md of edge-ready-gate.',
    'version: 1',
    '',
    '# The devices that the models ship to. `ram:` and `flash:` say what the rest of the firmware leaves, such as 200 KiB.',
    block({ targets: Object.fromEntries(targets.map((target) => [targetName(target), { board: target }])) }),
    ...(entries.length === 0
      ? ['# models: [{ path: models/*.tflite }]', '']
      : [
          '# `use-case: keyword-spotting` (≤ 20 ms), `gesture` (≤ 100 ms) and others bring budgets of their own.',
          block({ models: entries }),
        ]),
    '# A pull request is judged by the budgets of its base. `max:` is an absolute limit.',
    block({
      budgets: [
        {
          'peak-ram': { 'max-increase': '2%' },
          flash: { 'max-increase': '5%', level: 'warn' },
          latency: { 'max-increase': '5%', level: 'warn' },
          ...(evaluation === undefined ? {} : { accuracy: { 'max-drop': '1 pp' } }),
        },
      ],
    }).trimEnd(),
    '',
  ].join('\n');
}

/** A target's short name: the board, without what stands behind it. */
export function targetName(target: string): string {
  return target.replace('/', '-');
}

/** Models as patterns: a folder's models of one kind together where there are several. */
function modelPatterns(models: readonly string[]): readonly string[] {
  const patternOf = (model: string) => path.posix.join(path.posix.dirname(model), `*${path.posix.extname(model)}`);
  return [...new Set(models.map(patternOf))].map((pattern) => {
    const alike = models.filter((model) => patternOf(model) === pattern);
    return alike.length === 1 ? (alike[0] ?? pattern) : pattern;
  });
}

function block(value: unknown): string {
  return stringify(value, { lineWidth: 0, flowCollectionPadding: true });
}
