import { intAttribute } from '../../../../graph/access.ts';
import { integersOf } from '../integers.ts';
import { type Place, tensorOf } from '../rule.ts';
import { fromStart, shapeOf } from './own-rule.ts';

/**
 * Extents of what a STRIDED_SLICE leaves; `undefined` where its parameters are not known for every dimension.
 * Source: CheckOutputSize in strided_slice_common.cc, and StartForAxis and StopForAxis in kernels/internal/strided_slice_logic.h.
 */
export function slicedExtents(place: Place): readonly number[] | 'no stride' | undefined {
  const input = shapeOf(place, 'input');
  const [begin, end, strides] = ['begin', 'end', 'strides'].map((name) => integersOf(tensorOf(place, name)));
  if (input === undefined || !begin || !end || !strides) return undefined;
  if (Math.min(begin.length, end.length, strides.length) < input.length) return undefined;
  if (strides.slice(0, input.length).includes(0)) return 'no stride';
  const isSet = (mask: string, axis: number) => ((intAttribute(place.operator, mask, 0) >> axis) & 1) === 1;
  return input.flatMap((size, axis) => {
    if (isSet('shrink_axis_mask', axis)) return [];
    const stride = strides[axis] ?? 1;
    const [low, high] = stride > 0 ? [0, size] : [-1, size - 1];
    const clamped = (index: number) => Math.min(Math.max(fromStart(index, size), low), high);
    const start = isSet('begin_mask', axis) ? (stride > 0 ? low : high) : clamped(begin[axis] ?? 0);
    const stop = isSet('end_mask', axis) ? (stride > 0 ? high : low) : clamped(end[axis] ?? 0);
    return [Math.max(0, Math.ceil((stop - start) / stride))];
  });
}
