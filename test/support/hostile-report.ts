import { type GateReport, gateReportSchema } from '../../src/report/report-schema.ts';
import { budget, comparison, keptSchedule, narrowModel, report, schedule, wideModel } from './measurements.ts';

type Path = readonly (string | number)[];

/** A report with something of everything: a regression by layer, warnings, what could not be judged, findings, notes. */
function fullReport(): GateReport {
  const findings = (['error', 'warning', 'info'] as const).map((severity) => ({
    code: 'fallback',
    severity,
    where: 'operator 3',
    message: 'runs on the CPU',
  }));
  const budgets = [
    budget('peakRam', { kind: 'max', value: 65_536 }),
    budget('flash', { kind: 'max-increase', relative: 0.02 }, { level: 'warn' }),
    budget('accuracy', { kind: 'max-drop', points: 0.1 }),
  ];
  const base = { measurement: narrowModel() };
  const moved = { commit: 'c'.repeat(40), time: 1_760_000_000, subject: 'Wider', from: 60_000, to: 61_542 };
  const gate: [string, string] = ['1.0.0', '1.1.0'];
  const past = { peakRam: { values: [60_000, 61_542], commits: 2, moved: { ...moved, gate } } };
  const change = { path: 'models/old.onnx', state: 'renamed' as const, basePath: 'models/kws.onnx' };
  const made = [
    comparison({ base, head: { measurement: wideModel() }, budgets, problems: [], past }),
    comparison({ base, head: { measurement: { ...wideModel(), findings, deployable: false } }, budgets, change }),
    comparison({ head: null, problems: ['models/x.onnx is damaged'] }),
    comparison({ base: null, change: { path: 'models/new.onnx', state: 'new' }, budgets }),
    comparison({}),
  ];
  return gateReportSchema.parse(
    report(made, {
      notes: ['a note'],
      problems: ['edge-ready.yml has a mistake'],
      schedules: [schedule(), keptSchedule(), schedule({ problems: ['it is damaged'] })],
    }),
  );
}

/** Where strings are in a document. */
function stringsIn(value: unknown, path: Path = []): readonly Path[] {
  if (typeof value === 'string') return [path];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    stringsIn(inner, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}

function replaced<T>(document: T, path: Path, text: string): T {
  const copy = structuredClone(document);
  let holder = copy as Record<string | number, unknown>;
  for (const step of path.slice(0, -1)) holder = holder[step] as Record<string | number, unknown>;
  holder[path.at(-1) ?? ''] = text;
  return copy;
}

const whole = fullReport();

/** Every string of a report that may be anything, by the schema alone: what is added to reports is found here by itself. With the characters that it takes. */
const free: readonly { readonly path: Path; readonly limit: number }[] = stringsIn(whole).flatMap((path) => {
  const takes = (text: string) => gateReportSchema.safeParse(replaced(whole, path, text)).success;
  if (!takes('<\n')) return [];
  const limit = [3000, 2000, 1000, 400, 200, 100, 40, 20, 2].find((length) => takes('<'.repeat(length))) ?? 0;
  return [{ path, limit }];
});

/** Strings that are free, by their dotted paths without indices. */
export const freePlaces: readonly string[] = [
  ...new Set(free.map(({ path }) => path.filter((step) => typeof step === 'string').join('.'))),
];

/** The full report with `text` in every place that may hold any text. */
export function hostileReport(text: string): GateReport {
  const document = free.reduce<GateReport>(
    (made, { path, limit }) => replacedInPlace(made, path, text.slice(0, limit)),
    structuredClone(whole),
  );
  return gateReportSchema.parse(document);
}

function replacedInPlace<T>(document: T, path: Path, text: string): T {
  let holder = document as Record<string | number, unknown>;
  for (const step of path.slice(0, -1)) holder = holder[step] as Record<string | number, unknown>;
  holder[path.at(-1) ?? ''] = text;
  return document;
}
