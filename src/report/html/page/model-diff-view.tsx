import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { formatDifference } from '../../../basics/format.ts';
import { type DiffMetric, type DiffRow, diffMetrics, type ModelDiff } from '../../../diff/model-diff.ts';
import { layerLabel } from '../../../graph/layer-label.ts';
import { diffColumns } from '../../diff-columns.ts';
import { isTold, whatOf } from '../../diff-rows.ts';
import { type DiffDrawing, type DiffNode, layOutDiff, nodeHeight, nodeWidth } from './diff-layout.ts';
import { Scrolled } from './scrolled.tsx';
import { Table } from './table.tsx';

/** What happened to the model, the operators that differ with what each costs, and the graph of both sides that can be walked. */
export function ModelDiffView({ diff }: { readonly diff: ModelDiff }) {
  const differing = diff.rows.filter(isTold);
  const shown = diffMetrics.filter((name) => (diff.totals[name]?.delta ?? 0) !== 0);
  return (
    <section aria-labelledby="diff">
      <h3 id="diff">What changed in the model</h3>
      <ul>
        {diff.summary.map(({ code, text }) => (
          <li key={code}>{text}</li>
        ))}
      </ul>
      {differing.length === 0 ? null : (
        <>
          <Scrolled label="Operators that differ">
            <Table
              columns={[
                { title: 'Operator' },
                { title: 'Kind' },
                { title: 'What' },
                ...shown.map((name) => ({ title: diffColumns[name].title, isNumber: true })),
              ]}
              rows={[
                ...differing.map((row) => [
                  labelOf(row),
                  row.kind,
                  whatOf(row, Number.POSITIVE_INFINITY),
                  ...shown.map((name) => deltaOf(row.deltas[name], name)),
                ]),
                ...diff.rest.map(({ name: rest, text, metric, delta }) => [
                  rest,
                  '',
                  text,
                  ...shown.map((name) => deltaOf(name === metric ? delta : undefined, name)),
                ]),
                ['In all', '', '', ...shown.map((name) => deltaOf(diff.totals[name]?.delta, name))],
              ]}
            />
          </Scrolled>
          <DiffGraph diff={diff} />
        </>
      )}
    </section>
  );
}

/** The operators as a graph. Hundreds of them take a second to lay out, which the rest of the page does not wait for. */
function DiffGraph({ diff }: { readonly diff: ModelDiff }) {
  const [laidOut, setLaidOut] = useState<{ readonly diff: ModelDiff; readonly drawing: DiffDrawing }>();
  useEffect(() => {
    const later = setTimeout(() => setLaidOut({ diff, drawing: layOutDiff(diff) }));
    return () => clearTimeout(later);
  }, [diff]);
  return laidOut?.diff === diff ? <Walk drawing={laidOut.drawing} /> : <div class="walk graph scrolled" />;
}

/** Arrow keys go along the graph's edges and across, and what is chosen is told beside it. */
function Walk({ drawing }: { readonly drawing: DiffDrawing }) {
  const firstChange = drawing.nodes.findIndex(({ row }) => row.kind !== 'same');
  const [chosen, setChosen] = useState(Math.max(0, firstChange));
  const place = useRef<SVGSVGElement>(null);
  const choose = (index: number | undefined) => {
    if (index === undefined || index < 0 || index >= drawing.nodes.length) return;
    setChosen(index);
    place.current?.querySelector<SVGGElement>(`[data-node="${index}"]`)?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const node = drawing.nodes[chosen];
    if (node === undefined) return;
    const target = { ArrowUp: node.from[0], ArrowDown: node.to[0], ArrowLeft: chosen - 1, ArrowRight: chosen + 1 }[
      event.key
    ];
    if (target === undefined) return;
    event.preventDefault();
    choose(target);
  };
  const node = drawing.nodes[chosen];
  return (
    <div class="walk">
      <div class="scrolled graph">
        {/* biome-ignore lint/a11y/useSemanticElements: SVG has no field set */}
        <svg
          ref={place}
          width={drawing.width}
          height={drawing.height}
          role="group"
          aria-label="Graph of the model; arrow keys walk along it"
          onKeyDown={onKeyDown}
        >
          {drawing.edges.map(({ key, path }) => (
            <polyline key={key} class="edge" points={path.map(({ x, y }) => `${x},${y}`).join(' ')} />
          ))}
          {drawing.nodes.map((each, index) => (
            // biome-ignore lint/a11y/useSemanticElements: SVG has no button
            <g
              key={each.rows[0]}
              class={`node ${each.row.kind}${index === chosen ? ' chosen' : ''}`}
              transform={`translate(${each.x},${each.y})`}
              role="button"
              tabIndex={index === chosen ? 0 : -1}
              aria-pressed={index === chosen}
              data-node={index}
              onClick={() => choose(index)}
              onFocus={() => setChosen(index)}
            >
              <rect width={nodeWidth} height={nodeHeight} rx={5} />
              <NodeText node={each} />
            </g>
          ))}
        </svg>
      </div>
      {node === undefined ? null : <NodeDetails node={node} />}
    </div>
  );
}

function NodeText({ node: { row, rows } }: { readonly node: DiffNode }) {
  if (rows.length > 1) return <text x={10} y={26}>{`${rows.length} operators unchanged`}</text>;
  return (
    <text x={10} y={18}>
      {`${{ same: '', changed: '± ', added: '+ ', removed: '− ', moved: '⇅ ' }[row.kind]}${shorten(row.type)}`}
      <tspan x={10} dy="1.3em" class="quiet">
        {shorten(layerLabel(row.name))}
      </tspan>
    </text>
  );
}

function NodeDetails({ node: { row, rows } }: { readonly node: DiffNode }) {
  const facts: readonly (readonly [string, ComponentChildren])[] = [
    ['Kind', row.kind],
    ['Output in the base', row.baseOutput ?? '–'],
    ['Output in the head', row.headOutput ?? '–'],
    ...row.changes.map(({ what, text }) => [what, text] as const),
    ...diffMetrics.flatMap((name) =>
      row.deltas[name] === undefined ? [] : [[diffColumns[name].title, deltaOf(row.deltas[name], name)] as const],
    ),
  ];
  return (
    <div class="details" aria-live="polite">
      <h4>{rows.length > 1 ? `${rows.length} operators from ${labelOf(row)}` : labelOf(row)}</h4>
      <dl>
        {facts.map(([term, fact], index) => (
          <div key={index}>
            <dt>{term}</dt>
            <dd>{fact}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

function labelOf({ type, name }: DiffRow): string {
  return name === '' ? type : `${layerLabel(name)} ${type}`;
}

function deltaOf(delta: number | undefined, name: DiffMetric): string {
  return delta === undefined || delta === 0 ? '' : formatDifference(delta, diffColumns[name].quantity);
}

function shorten(text: string): string {
  return text.length <= 24 ? text : `…${text.slice(-23)}`;
}
