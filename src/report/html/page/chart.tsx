import type * as Plot from '@observablehq/plot';
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Scrolled } from './scrolled.tsx';

/** A drawn figure with its name for those who do not see it, and below it the same as a table. */
export interface ChartProps {
  readonly title: string;
  /** What a reader should take from it, one sentence. */
  readonly note?: string;
  /** Draws the figure at a width in pixels. */
  readonly draw: (width: number) => ReturnType<typeof Plot.plot>;
  /** The same as text. */
  readonly children?: ComponentChildren;
}

/** Draws again when the room it has changes. */
export function Chart({ title, note, draw, children }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const width = useWidth(place);
  useLayoutEffect(() => {
    if (width === 0 || place.current === null) return;
    const drawing = draw(width);
    // Groups may not be named; the figure as a whole is.
    for (const group of drawing.querySelectorAll('g[aria-label]')) group.removeAttribute('aria-label');
    place.current.replaceChildren(drawing);
  }, [draw, width]);
  return (
    <figure>
      <figcaption>
        <strong>{title}</strong>
        {note === undefined ? null : <> – {note}</>}
      </figcaption>
      <div class="drawing" role="img" aria-label={note === undefined ? title : `${title}: ${note}`} ref={place} />
      {children === undefined ? null : (
        <details>
          <summary>{title} as a table</summary>
          <Scrolled label={`${title} as a table`}>{children}</Scrolled>
        </details>
      )}
    </figure>
  );
}

function useWidth(place: { readonly current: HTMLDivElement | null }): number {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    if (place.current === null) return;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    observer.observe(place.current);
    setWidth(Math.floor(place.current.clientWidth));
    return () => observer.disconnect();
  }, [place]);
  return width;
}
