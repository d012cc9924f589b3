import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import type { PlannedBuffer } from '../../src/measurement/measurement.ts';
import { renderMemoryMapText } from '../../src/report/memory-map-text.ts';
import { measurement } from '../support/measurements.ts';

const withBuffers = (buffers: readonly PlannedBuffer[]) =>
  measurement({ memory: { arenaUsed: 0, arenaRequired: 0, lowerBound: 0, buffers: [...buffers] }, layers: [] });

const buffer = (tensor: string, offset: number, bytes: number, first: number, last = first): PlannedBuffer => ({
  tensor,
  offset,
  bytes,
  first,
  last,
});

describe('the memory map in characters', () => {
  it('has offsets upwards, operators to the right and the peak marked', () => {
    const plan = [
      buffer('image', 0, 1024, -1, 0),
      buffer('stem', 1024, 2048, 0, 1),
      buffer('wide', 3072, 1024, 1, 2),
      buffer('out', 0, 512, 2, 3),
    ];
    expect(renderMemoryMapText(withBuffers(plan), { width: 60 })).toMatchInlineSnapshot(`
      "Memory map: 4 KiB over 4 operators, most in use at
        operator 0
      4 KiB ┤    CCCCCCCC
            ┤    CCCCCCCC
            ┤    CCCCCCCC
            ┤    CCCCCCCC
      3 KiB ┤BBBBBBBB
            ┤BBBBBBBB
            ┤BBBBBBBB
            ┤BBBBBBBB
      2 KiB ┤BBBBBBBB
            ┤BBBBBBBB
            ┤BBBBBBBB
            ┤BBBBBBBB
      1 KiB ┤AAAA
            ┤AAAA
            ┤AAAA    DDDDDDDD
            ┤AAAA    DDDDDDDD
        0 B ┼▲───────────────
             0   1   2   3
         Buffer   Size  Offset  Operators
      A  image   1 KiB     0 B          0  at the peak
      B  stem    2 KiB   1 KiB        0–1  at the peak
      C  wide    1 KiB   3 KiB        1–2
      D  out     512 B     0 B        2–3"
    `);
  });

  it('says what the runtime would need without the plan that the file carries', () => {
    const buffers = [buffer('image', 0, 1024, 0)];
    const ownPlan = { arenaUsed: 2048, arenaRequired: 2048, buffers: [buffer('image', 1024, 1024, 0)] };
    const memory = { arenaUsed: 1024, arenaRequired: 1024, lowerBound: 1024, buffers };
    const text = (own?: typeof ownPlan) =>
      renderMemoryMapText(measurement({ memory: { ...memory, ...(own && { ownPlan: own }) }, layers: [] }), {
        width: 200,
      });
    expect(text(ownPlan)).toMatch(/the runtime's own planner would need 2 KiB, 1 KiB more\.$/);
    expect(text()).not.toContain('own planner');
  });

  it('is nothing without a plan', () => {
    expect(renderMemoryMapText(measurement({ memory: null }))).toBe('');
    expect(renderMemoryMapText(withBuffers([buffer('nothing', 0, 0, 0)]))).toBe('');
  });

  const plans = fc.array(
    fc
      .record({
        tensor: fc.string({ maxLength: 60, unit: 'binary' }),
        offset: fc.nat(1 << 20),
        bytes: fc.nat(1 << 20),
        first: fc.integer({ min: -1, max: 500 }),
        length: fc.nat(60),
      })
      .map(({ first, length, ...rest }) => ({ ...rest, first, last: Math.max(0, first + length) })),
    { minLength: 1, maxLength: 60 },
  );

  it('fits the width, and its arrow is at an operator while which no other has more in use', () => {
    fc.assert(
      fc.property(plans, fc.integer({ min: 50, max: 200 }), (plan, width) => {
        const text = renderMemoryMapText(withBuffers(plan), { width });
        fc.pre(plan.some(({ bytes }) => bytes > 0));
        for (const line of text.split('\n')) expect(stringWidth(line)).toBeLessThanOrEqual(width);
        const inUse = (operator: number) =>
          plan.reduce((sum, { first, last, bytes }) => sum + (first <= operator && operator <= last ? bytes : 0), 0);
        const told = Number(/at +operator +(\d+)/.exec(text.replaceAll('\n', ' '))?.[1]);
        const most = Math.max(...Array.from({ length: 600 }, (_, operator) => inUse(operator)));
        expect(inUse(told)).toBe(most);
        expect(text.match(/▲/g)).toHaveLength(1);
      }),
    );
  });
});
