import type { Happening } from './happening.ts';
import type { DiffEvent } from './model-diff.ts';

/** What became of the memory plan that a `.tflite` can carry: it moves buffers and leaves what is computed. */
export function planEvents({ memoryPlans: [base, head] }: Pick<Happening, 'memoryPlans'>): readonly DiffEvent[] {
  if (base === undefined && head === undefined) return [];
  const event = (text: string): readonly DiffEvent[] => [{ code: 'memory-planned', text }];
  if (base === undefined) return event('The file carries a memory plan now, which the device follows.');
  if (head === undefined) return event('The file carries no memory plan any more: the runtime makes its own.');
  return Buffer.compare(base, head) === 0 ? [] : event('The memory plan in the file is another.');
}
