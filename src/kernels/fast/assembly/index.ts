export { add } from './add';
export { depthwise, depthwiseWide } from './depthwise';
export { depthwiseFloat, multiplyFloat } from './float';
export { countBins, extent, sumCounters } from './histogram';
export { multiply, multiply16, multiplyWide } from './products';
export { largestMagnitude, roundToBytes } from './round';
export { depthwiseSingle, multiplySingle } from './single';
export { clear, copyRows, copyRows32, spread, spread16, spread32, spreadFloat, widen, widenFloat } from './widen';

/** Where memory is free for the host. */
export function heapStart(): usize {
  return __heap_base;
}
