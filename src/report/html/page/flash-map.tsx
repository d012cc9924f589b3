import { type HierarchyRectangularNode, hierarchy, treemap } from 'd3-hierarchy';
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { formatPercent, formatValue } from '../../../basics/format.ts';
import { layerLabel } from '../../../graph/layer-label.ts';
import type { Measurement } from '../../../measurement/measurement.ts';
import { Scrolled } from './scrolled.tsx';
import { Table } from './table.tsx';

interface Part {
  readonly name: string;
  readonly bytes: number;
  readonly kind: 'weights' | 'code';
  readonly children?: readonly Part[];
}

const height = 320;

/** Flash as areas: the model's operators by their constants, and the code that runs them. */
export function FlashMap({ measurement }: { readonly measurement: Measurement }) {
  const place = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(800);
  useLayoutEffect(() => setWidth(place.current?.clientWidth ?? 800), []);
  const parts = useMemo(() => partsOf(measurement), [measurement]);
  const leaves = useMemo(() => layOut(parts, width), [parts, width]);
  const total = parts.reduce((sum, { bytes }) => sum + bytes, 0);
  if (total === 0) return null;
  return (
    <section aria-labelledby="flash">
      <h3 id="flash">Flash</h3>
      <figure>
        <figcaption>
          <strong>{formatValue(total, 'B')}</strong> – weights by operator, and the code of the runtime
        </figcaption>
        <div class="drawing" ref={place}>
          <svg
            width={width}
            height={height}
            role="img"
            aria-label={`Flash by operator and code, ${formatValue(total, 'B')} in all`}
          >
            {leaves.map(({ data, x0, x1, y0, y1 }) => (
              <g key={`${data.name} ${x0} ${y0}`} transform={`translate(${x0},${y0})`}>
                <title>{`${data.name}: ${formatValue(data.bytes, 'B')}, ${formatPercent(data.bytes / total)}`}</title>
                <rect
                  width={x1 - x0}
                  height={y1 - y0}
                  fill={data.kind === 'weights' ? 'var(--accent-soft)' : 'var(--soft)'}
                />
                {x1 - x0 < 60 || y1 - y0 < 30 ? null : (
                  <text x={5} y={15}>
                    <tspan>{fitting(data.name, x1 - x0)}</tspan>
                    <tspan x={5} dy="1.2em">
                      {fitting(formatValue(data.bytes, 'B'), x1 - x0)}
                    </tspan>
                  </text>
                )}
              </g>
            ))}
          </svg>
        </div>
        <details>
          <summary>Flash as a table</summary>
          <Scrolled label="Flash as a table">
            <Table
              columns={[
                { title: 'Part' },
                { title: 'What' },
                { title: 'Bytes', isNumber: true },
                { title: 'Share', isNumber: true },
              ]}
              rows={parts
                .flatMap((part) => part.children ?? [part])
                .sort((left, right) => right.bytes - left.bytes)
                .map(({ name, kind, bytes }) => [name, kind, bytes, formatPercent(bytes / total)])}
            />
          </Scrolled>
        </details>
      </figure>
    </section>
  );
}

/** The parts of the flash metric; the model is divided into its operators and what is left of the file. */
function partsOf({ parts, layers }: Measurement): readonly Part[] {
  return parts.flash
    .filter(({ bytes }) => bytes > 0)
    .map(({ name, bytes }): Part => {
      if (name !== 'model') return { name, bytes, kind: 'code' };
      const operators = layers
        .filter(({ flash }) => flash > 0)
        .map((layer): Part => ({ name: layerLabel(layer.name), bytes: layer.flash, kind: 'weights' }));
      const rest = bytes - operators.reduce((sum, part) => sum + part.bytes, 0);
      // A compiler that packs weights makes the model smaller than its operators' constants.
      if (rest < 0) return { name, bytes, kind: 'weights' };
      const others: readonly Part[] = rest > 0 ? [{ name: 'structure of the file', bytes: rest, kind: 'weights' }] : [];
      return { name, bytes, kind: 'weights', children: [...operators, ...others] };
    });
}

function layOut(parts: readonly Part[], width: number): readonly HierarchyRectangularNode<Part>[] {
  const root = hierarchy<Part>({ name: '', bytes: 0, kind: 'code', children: parts }, ({ children }) => children)
    .sum(({ bytes, children }) => (children === undefined ? bytes : 0))
    .sort((left, right) => (right.value ?? 0) - (left.value ?? 0));
  return treemap<Part>().size([width, height]).paddingInner(2).round(true)(root).leaves();
}

/** As much of a text as fits a width in pixels, at about 6.5 pixels a letter. */
function fitting(text: string, width: number): string {
  const letters = Math.floor((width - 10) / 6.5);
  return text.length <= letters ? text : `${text.slice(0, Math.max(1, letters - 1))}…`;
}
