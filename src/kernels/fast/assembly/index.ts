export { add } from './add';
export { depthwise } from './depthwise';
export { depthwiseFloat, multiplyFloat } from './float';
export { countBins, extent, sumCounters } from './histogram';
export { multiply } from './products';
export { clear, spread, spreadFloat, widen, widenFloat } from './widen';

/** Where memory is free for the host. */
export function heapStart(): usize {
  return __heap_base;
}
