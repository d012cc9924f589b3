import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { XMLValidator } from 'fast-xml-parser';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { harmlessOutput } from '../../src/commands/output.ts';
import { runCommandLine } from '../../src/commands/program.ts';
import { UserError } from '../../src/errors.ts';
import { conclude, runFace, warnOf } from '../../src/github/conclude.ts';
import { readRunContext } from '../../src/github/context.ts';
import { logLine, logLines } from '../../src/github/log.ts';
import { publishAnnotations, publishOutputs, publishSummary } from '../../src/github/publish.ts';
import { type History, readHistory } from '../../src/history/files.ts';
import { lineText } from '../../src/history/line.ts';
import { allSeries } from '../../src/history/series.ts';
import { metricNames } from '../../src/measurement/metric-names.ts';
import { committed } from '../../src/optimize/recipe.ts';
import { annotationsOf } from '../../src/report/annotations.ts';
import { renderComment, renderWithin } from '../../src/report/comment.ts';
import { renderComparisonText } from '../../src/report/comparison-text.ts';
import { renderFitText } from '../../src/report/fit-text.ts';
import { comparisonHeadline, headline, headlineMarkdown } from '../../src/report/headline.ts';
import { renderHistoryText } from '../../src/report/history-text.ts';
import { renderHtml, renderPage } from '../../src/report/html/render-html.ts';
import { renderTrend } from '../../src/report/html/render-trend.ts';
import { jsonText } from '../../src/report/json-text.ts';
import { renderJunit } from '../../src/report/junit.ts';
import { renderMeasurementText } from '../../src/report/measurement-text.ts';
import { renderMemoryMapText } from '../../src/report/memory-map-text.ts';
import type { GateReport } from '../../src/report/report-schema.ts';
import { renderSarif } from '../../src/report/sarif.ts';
import { renderScheduleText } from '../../src/report/schedule-text.ts';
import { renderSensitivityText } from '../../src/report/sensitivity-text.ts';
import { renderSummary } from '../../src/report/summary.ts';
import { renderText } from '../../src/report/text.ts';
import { commitId, historyLine } from '../history/lines.ts';
import { attacks } from '../support/attacks.ts';
import { freePlaces, hostileReport } from '../support/hostile-report.ts';
import { tfliteGraph } from '../support/tflite-models.ts';

const marker = '<!-- edge-ready-gate:gate v1 run 7 -->';
const frame = { marker, runUrl: 'https://github.example/run' };
/** What a branch may hold that anybody can write to, read as it is. */
function hostileHistory(text: string): History {
  const name = [...text].slice(0, 200).join('').slice(0, 200) || 'x';
  const lines = [1, 2].map((value) =>
    historyLine({
      time: value,
      commit: commitId(value),
      subject: name,
      model: text || 'x',
      target: name,
      gate: `${name.slice(0, 30)}${value}`,
      metrics: { peakRam: [value, 'exact'] },
    }),
  );
  return readHistory(new Map([['1970-01.jsonl', lines.map((line) => `${lineText(line)}\n`).join('')]]));
}

const headsOf = (report: GateReport) => report.comparisons.flatMap(({ head }) => head ?? []);

/** Everything that is written of a report, by who reads it. A function `render…` that is missing here fails the last test. */
const outputs = {
  markdown: {
    renderComment: (report: GateReport) => renderComment(report, frame),
    renderSummary: (report: GateReport) => renderSummary(report, { runUrl: frame.runUrl }),
    renderWithin: (report: GateReport) => renderWithin(report, frame, (text) => text.length < 8000),
    headlineMarkdown: (report: GateReport) => headlineMarkdown(report),
  },
  terminal: {
    renderText: (report: GateReport) => renderText(report),
    renderComparisonText: (report: GateReport) => report.comparisons.map((each) => renderComparisonText(each)).join(''),
    renderMeasurementText: (report: GateReport) =>
      headsOf(report)
        .map((each) => renderMeasurementText(each))
        .join(''),
    renderMemoryMapText: (report: GateReport) =>
      headsOf(report)
        .map((each) => renderMemoryMapText(each, { width: 80, colour: false }))
        .join('\n'),
    renderSensitivityText: (report: GateReport) =>
      renderSensitivityText([
        {
          operator: 0,
          type: report.notes[0] ?? '',
          name: report.notes[0] ?? '',
          int8Decibels: 1,
          int16Decibels: null,
          share: 1,
        },
      ]),
    renderFitText: (report: GateReport) => {
      const graph = tfliteGraph({});
      const tried = headsOf(report).map((measurement) => ({
        recipe: committed,
        measured: { measurement, artifact: new Uint8Array(0), graphs: { source: graph, artifact: graph } },
        fits: true,
        isOnFront: false,
      }));
      const refused = [{ recipe: committed, reason: report.notes[0] ?? '' }];
      return renderFitText({ tried, refused, chosen: null });
    },
    renderHistoryText: (report: GateReport) => {
      const history = hostileHistory(report.notes[0] ?? '');
      const series = allSeries(history);
      const since = { label: report.notes[0] ?? '', time: 0 };
      return [[], metricNames].map((metrics) => renderHistoryText({ series, metrics, since })).join('\n');
    },
    renderScheduleText: (report: GateReport) => report.schedules.map((each) => renderScheduleText(each)).join(''),
    headline: (report: GateReport) => headline(report),
    comparisonHeadline: (report: GateReport) => report.comparisons.map(comparisonHeadline).join('\n'),
    annotationsOf: (report: GateReport) =>
      annotationsOf(report)
        .map(({ title, message }) => `${title}\n${message}`)
        .join('\n'),
  },
  html: {
    renderTrend: (report: GateReport) => renderTrend(hostileHistory(report.notes[0] ?? ''), report.notes[0]),
    renderHtml: (report: GateReport) => renderHtml(report),
    renderPage: ({ verdict, comparisons, schedules, notes, problems }: GateReport) =>
      renderPage({
        verdict,
        comparisons,
        schedules,
        notes,
        problems,
        headline: notes[0] ?? '',
        origin: notes[0] ?? '',
      }),
  },
  xml: { renderJunit: (report: GateReport) => renderJunit(report) },
  json: {
    renderSarif: (report: GateReport) => renderSarif(report),
    jsonText: (report: GateReport) => jsonText(report),
  },
} as const;

const ours =
  /<\/?(details|summary|code|br|sub|sup|b|strong|table|thead|tbody|tr|td|th|p)( open| align="(left|right)")?>/g;

/** Markdown without what is ours and without what is shown as it is written: what is left must act on nothing. */
function acting(text: string): string {
  return text
    .replace(marker, '')
    .replace(/`[^`\n]*`|<code>[^<\n]*<\/code>/g, '')
    .replace(ours, '')
    .replace(/\[[\w ]*\]\(https:\/\/github\.example\/[^)]*\)/g, '')
    .replaceAll(frame.runUrl, '')
    .replace(/&#\d+;/g, '\u00b7');
}

describe.each(attacks)('%j', (attack) => {
  const report = hostileReport(attack);

  it.each(Object.entries(outputs.markdown))('is text in the Markdown of %s', (_name, render) => {
    const text = render(report);
    const left = acting(text);
    expect(left).not.toMatch(/<[a-z!/?]/i);
    expect(left).not.toMatch(/@[a-z0-9]|(?<![\w·#])#\d|\bGH-\d|:\/\/|www\.\w|!\[|\]\(|~~\w|\$[`x]|:rocket:|\[click\]/i);
    expect(text).not.toMatch(/(?!\n)[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069\u200b\u2028\u2029]/u);
    expect(text.split('<!-- edge-ready-gate').length).toBe(text.includes(marker) ? 2 : 1);
    for (const line of text.split('\n'))
      expect(line).not.toMatch(/^(verdict=|EOF$|ghadelimiter|> quote|- item|```fence)/);
    // Every row of a table has as many cells as its head.
    const rows = text
      .split('\n')
      .map((line) => (line.startsWith('|') ? line.replace(/\\\|/g, '').split('|').length : 0));
    rows.forEach((cells, at) => {
      if (cells > 0 && (rows[at - 1] ?? 0) > 0) expect(cells).toBe(rows[at - 1]);
    });
  });

  it.each(Object.entries(outputs.terminal))('is text on the terminal by %s', (_name, render) => {
    let shown = '';
    const add = (text: string) => {
      shown += text;
    };
    const output = harmlessOutput({ result: add, note: add });
    output.result(render(report));
    output.note(attack);
    expect(shown).not.toMatch(/(?![\n\t])\p{C}|[\u2028\u2029]/u);
    expect(shown).not.toMatch(/^\s*::|##\[/m);
    expect(render(report)).not.toMatch(/(?!\n)\p{C}/u);
  });

  it.each(Object.entries(outputs.html))('is data in the page of %s', (_name, render) => {
    const html = render(report);
    const benign = render(hostileReport('x'));
    const tags = (text: string) => text.match(/<[a-z!/][^\s>]*/gi);
    expect(tags(html)).toEqual(tags(benign));
    expect(html.match(/<!--/g)).toEqual(benign.match(/<!--/g));
  });

  it.each(Object.entries(outputs.xml))('is text in the XML of %s', (_name, render) => {
    const xml = render(report);
    expect(XMLValidator.validate(xml)).toBe(true);
    expect(xml).not.toMatch(/(?!\n)[\p{Cc}\p{Cs}\ufffe\uffff\u202a-\u202e]|<!--|<!\[CDATA|<script|<img/iu);
    expect(xml.match(/<[a-z]+/g)?.sort()).toEqual(
      render(hostileReport('x'))
        .match(/<[a-z]+/g)
        ?.sort(),
    );
  });

  it.each(Object.entries(outputs.json))('is a string in the JSON of %s', (name, render) => {
    const text = render(report);
    const parsed = JSON.parse(text) as unknown;
    if (name === 'jsonText') expect(parsed).toEqual(report);
    expect(text).not.toMatch(/(?!\n)\p{C}|^\s*::|##\[/mu);
  });
});

describe('the runner', () => {
  let folder = '';
  let printed = '';
  const files = {
    GITHUB_OUTPUT: 'output',
    GITHUB_STEP_SUMMARY: 'summary',
    GITHUB_ENV: 'env',
    GITHUB_PATH: 'path',
    GITHUB_STATE: 'state',
  };
  const read = (name: string) => readFileSync(path.join(folder, name), 'utf8');

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'edge-ready-runner-'));
    printed = '';
    for (const [variable, name] of Object.entries(files)) {
      writeFileSync(path.join(folder, name), '');
      vi.stubEnv(variable, path.join(folder, name));
    }
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      printed += String(text);
      return true;
    });
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
    process.exitCode = 0;
    rmSync(folder, { recursive: true, force: true });
  });

  /** Names and values as the runner reads the file: `name=value`, or a value between lines of a delimiter. */
  function outputsIn(text: string): ReadonlyMap<string, string> {
    const found = new Map<string, string>();
    const lines = text.split(/\r?\n/);
    for (let at = 0; at < lines.length; at++) {
      const [, name, delimiter] = /^([^=]*?)<<(.+)$/.exec(lines[at] ?? '') ?? [];
      if (name === undefined || delimiter === undefined) {
        if (lines[at]?.includes('=')) found.set((lines[at] ?? '').split('=')[0] ?? '', lines[at] ?? '');
        continue;
      }
      const end = lines.indexOf(delimiter, at + 1);
      found.set(name, lines.slice(at + 1, end).join('\n'));
      at = end;
    }
    return found;
  }

  it.each(attacks)('takes %j for text: log, annotations, outputs, summary', async (attack) => {
    const report = hostileReport(attack);
    const context = readRunContext({ GITHUB_STEP_SUMMARY: path.join(folder, 'summary') });
    logLine(attack);
    logLines(`x\n${attack}`);
    publishAnnotations(annotationsOf(report));
    warnOf([attack]);
    publishSummary(context, renderSummary(report), [attack]);
    const text = { summary: headline(report), report: attack, artifacts: attack, commentUrl: attack, page: attack };
    publishOutputs({ verdict: report.verdict, ...text });
    conclude(report, headline(report), 'fail', false);
    conclude({ ...report, verdict: 'pass' }, headline(report), 'fail', false);
    await runFace(async () => {
      throw new UserError(attack);
    });
    await runFace(async () => {
      throw new Error(attack);
    });
    for (const line of printed.split('\n')) {
      expect(line).not.toMatch(/\r/);
      // The runner reads a line that is a command as nothing else, whatever its properties hold.
      if (!line.startsWith('::')) expect(line).not.toMatch(/##\[|[\u2028\u2029\u0085]/);
      if (/^\s*::/.test(line))
        expect(line).toMatch(/^::(error|warning|notice)( [a-zA-Z]+=[^:,]*(,[a-zA-Z]+=[^:,]*)*)?::/);
    }
    const known = ['verdict', 'summary', 'report', 'artifacts', 'comment-url', 'page'];
    const found = outputsIn(read('output'));
    for (const name of found.keys()) expect(known).toContain(name);
    expect(found.get('verdict')).toBe('error');
    expect(acting(read('summary'))).not.toMatch(/<[a-z!/?]|@[a-z0-9]|:\/\//i);
    for (const name of ['env', 'path', 'state']) expect(read(name)).toBe('');
  });
});

describe('the command line', () => {
  it.each(attacks.filter((attack) => !/[/\p{Cs}]/u.test(attack) && !attack.includes('\0') && attack.length < 200))(
    'has no other words for a file called %j',
    async (attack) => {
      const folder = mkdtempSync(path.join(tmpdir(), 'edge-ready-names-'));
      try {
        const file = path.join(folder, `${attack}.tflite`);
        writeFileSync(file, readFileSync('fixtures/digits/base/digits-int8.tflite'));
        let shown = '';
        const add = (text: string) => {
          shown += `${text}\n`;
        };
        const output = { result: add, note: add };
        await runCommandLine(['measure', file, '--target', attack], output);
        await runCommandLine(['measure', file, '--target', 'nucleo-l4r5zi'], output);
        await runCommandLine(['measure', `${attack}.onnx`, '--json'], output);
        await runCommandLine([attack], output);
        expect(shown).not.toMatch(/(?![\n\t])\p{C}|[\u2028\u2029]|^\s*::|##\[/mu);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  );
});

describe('nothing is forgotten', () => {
  const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => ({ file: file.split(path.sep).join('/'), text: readFileSync(path.join('src', file), 'utf8') }));
  const filesWith = (pattern: RegExp) =>
    sources
      .filter(({ text }) => pattern.test(text))
      .map(({ file }) => file)
      .sort();

  it('every function that renders is under attack above', () => {
    const functions = sources.flatMap(({ text }) =>
      [...text.matchAll(/export (?:async )?function (render\w+|\w*[hH]eadline\w*|annotationsOf)/g)].map(
        ([, name]) => name,
      ),
    );
    const tested = Object.values(outputs).flatMap((table) => Object.keys(table));
    expect(functions.filter((name) => !tested.includes(name ?? '') && name !== 'passHeadline')).toEqual([]);
  });

  it('places that may hold any text are many, and found by the schema', () => {
    expect(freePlaces).toEqual(
      expect.arrayContaining([
        'comparisons.model',
        'comparisons.head.layers.name',
        'comparisons.head.findings.message',
        'notes',
        'problems',
      ]),
    );
  });

  it('nobody prints, logs or writes for the runner but those who are tested', () => {
    expect(filesWith(/from '@actions\/core'/)).toEqual([
      'github/conclude.ts',
      'github/gate-action.ts',
      'github/log.ts',
      'github/publish.ts',
      'github/report-action.ts',
    ]);
    // `actions-cache` listens to what a package prints; `init` asks its questions through `forTerminal`.
    expect(filesWith(/process\.(stdout|stderr)|console\./)).toEqual([
      'basics/actions-cache.ts',
      'commands/init.ts',
      'commands/process-output.ts',
    ]);
    expect(filesWith(/\bappendFile/)).toEqual(['github/publish.ts']);
    expect(filesWith(/exportVariable|addPath|saveState|GITHUB_(ENV|PATH|STATE)\b/)).toEqual([]);
    expect(filesWith(/processOutput\b/)).toEqual(['commands/process-output.ts', 'commands/program.ts']);
  });
});
