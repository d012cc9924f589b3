import { expect, it } from 'vitest';
import { planEvents } from '../../src/diff/plan-events.ts';

const [plan, other] = [Uint8Array.of(1, 2), Uint8Array.of(1, 3)];

it.each([
  [undefined, undefined, undefined],
  [plan, Uint8Array.from(plan), undefined],
  [undefined, plan, 'The file carries a memory plan now'],
  [plan, undefined, 'no memory plan any more'],
  [plan, other, 'is another'],
])('%s → %s', (base, head, text) => {
  const [event] = planEvents({ memoryPlans: [base, head] });
  if (text === undefined) expect(event).toBeUndefined();
  else expect(event?.text).toContain(text);
});
