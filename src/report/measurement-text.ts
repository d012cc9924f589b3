import { formatValue } from '../basics/format.ts';
import { plain } from '../basics/plain.ts';
import { layerLabel } from '../graph/layer-label.ts';
import { metricWords } from '../judge/metric-words.ts';
import type { Layer, Measurement } from '../measurement/measurement.ts';
import { valueWords } from './change-words.ts';
import { titleOf } from './comment-table.ts';
import { errorWords } from './error-words.ts';
import { groupFindings } from './group-findings.ts';
import { paintFirstWord, paintWith, type TextOptions } from './look.ts';
import { renderMemoryMapText } from './memory-map-text.ts';
import { shownMetrics } from './shown-metrics.ts';
import { textTable } from './text-table.ts';
import { wrapLine } from './wrap.ts';

const layersShown = 10;
const findingsShown = 20;

/** One measurement for a terminal: every metric with how it was obtained or why it is missing, what it is made of, the costliest layers, findings. Ends with a new line. */
export function renderMeasurementText(measurement: Measurement, options: TextOptions = {}): string {
  const paint = paintWith(options);
  const { model, target, artifact } = measurement;
  const recipe = artifact.recipe === 'none' ? 'as committed' : `recipe ${plain(artifact.recipe, 100)}`;
  const parts = [
    [
      `${paint('strong', `${plain(model.path, 80)} on ${plain(target.id, 60)}`)}${measurement.deployable ? '' : `: ${paint('bad', 'does not run')}`}`,
      wrapLine(
        `${formatValue(model.parameters, 'count')} parameters, ${formatValue(model.macs, 'count')} MACs, ${model.operators} operators; ${plain(artifact.format, 20)} of ${formatValue(artifact.bytes, 'B')}, ${recipe}`,
        options,
      ),
    ].join('\n'),
    metricTable(measurement, options),
    partsWords(measurement, options),
    layerTable(measurement.layers, options),
    renderMemoryMapText(measurement, options),
    findingLines(measurement, options),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function metricTable(measurement: Measurement, options: TextOptions): string {
  const rows = shownMetrics(measurement).map((name) => {
    const metric = measurement[name];
    if (metric === null) return [titleOf(name), '–', measurement.unavailable[name] ?? 'no reason was given'];
    const error = errorWords(metric.basis, metric.error === undefined ? [] : [metric.error]).replace('off by ', '±');
    const source = metric.source === undefined ? '' : `: ${metric.source}`;
    return [
      titleOf(name),
      valueWords(metric, name),
      `${metric.bound === undefined ? metric.basis : `a bound, ${metric.bound.replace('-', ' ')} this`}${error}${source}`,
    ];
  });
  return textTable(
    [{ title: 'Metric' }, { title: 'Value', align: 'right' }, { title: 'How', wrap: true }],
    rows,
    options,
  );
}

function partsWords({ parts }: Measurement, options: TextOptions): string {
  return (['peakRam', 'flash'] as const)
    .flatMap((name) => {
      const named = [...parts[name]].filter(({ bytes }) => bytes !== 0).sort((left, right) => right.bytes - left.bytes);
      if (named.length < 2) return [];
      const words = named
        .slice(0, 6)
        .map((part) => `${plain(part.name, 40)} ${formatValue(part.bytes, metricWords[name].quantity)}`);
      return [
        wrapLine(
          `${titleOf(name)}: ${words.join(', ')}${named.length > 6 ? ` and ${named.length - 6} more` : ''}`,
          options,
        ),
      ];
    })
    .join('\n');
}

/** The layers that take longest; those with the most work where time is not known. */
function layerTable(layers: readonly Layer[], options: TextOptions): string {
  if (layers.length === 0) return '';
  const total = layers.reduce((sum, { latency }) => sum + (latency ?? 0), 0);
  const costly = [...layers].sort(
    (left, right) => (right.latency ?? 0) - (left.latency ?? 0) || right.macs - left.macs || left.index - right.index,
  );
  const rows = costly
    .slice(0, layersShown)
    .map((layer) => [
      String(layer.index),
      layer.type,
      layerLabel(layer.name),
      layer.outputShape?.join('×') ?? '?',
      formatValue(layer.macs, 'count'),
      layer.latency === null ? '–' : formatValue(layer.latency, 'ms'),
      layer.latency === null || total === 0 ? '' : `${Math.round((layer.latency / total) * 100)} %`,
      formatValue(layer.flash, 'B'),
      formatValue(layer.liveBytes, 'B'),
    ]);
  const right = { align: 'right' } as const;
  const table = textTable(
    [
      { title: '#', ...right },
      { title: 'Operator', flexible: true },
      { title: 'Name', flexible: true },
      { title: 'Output', optional: 3 },
      { title: 'MACs', ...right, optional: 2 },
      { title: 'Latency', ...right },
      { title: '', ...right },
      { title: 'Constants', ...right, optional: 1 },
      { title: 'Alive', ...right },
    ],
    rows,
    options,
  );
  const more = layers.length - layersShown;
  return more > 0 ? `${table}\n… and ${more} more ${more === 1 ? 'layer' : 'layers'}` : table;
}

function findingLines({ findings }: Measurement, options: TextOptions): string {
  const paint = paintWith(options);
  const order = ['error', 'warning', 'info'];
  const lines = [...groupFindings(findings)]
    .sort((left, right) => order.indexOf(left.severity) - order.indexOf(right.severity))
    .map(({ severity, where, message, code }) =>
      plain(`${severity}: ${where === undefined ? '' : `${where}: `}${message} (${code})`, 600),
    );
  const rest = lines.length - findingsShown;
  return [
    ...lines.slice(0, findingsShown).map((line) => paintFirstWord(paint, wrapLine(line, options))),
    ...(rest > 0 ? [`… and ${rest} findings more`] : []),
  ].join('\n');
}
