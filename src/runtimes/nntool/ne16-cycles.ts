/** What an NE16 job does: results by height, width and channels, and channels in; depthwise jobs have as many in as out. */
export interface Ne16Job {
  readonly kind: '3x3' | '1x1' | 'depthwise';
  readonly height: number;
  readonly width: number;
  readonly filters: number;
  readonly channels: number;
}

/** Results of a pass by height and width, filters and channels of one, bytes that memory gives in a cycle: pulp-platform/ne16, and below. */
const pass = { extent: 3, filters: 32, channels: 16, bytes: 32 };

/** Cycles until the first word of a stream is there. */
const fill = 6;

/**
 * Cycles of NE16, which multiplies bit by bit of the weights (1 by 1 kernels take all bits at once), stage after stage of a pass:
 * loading, offsets of weights, multiplying, scaling by 32-bit numbers with a bias, writing. The stages' lengths are those of DORY's model of the unit
 * (pulp-platform/dory be3d6dd, Hardware_targets/PULP/GAP9_NE16/Tiler/Ne16PerfModel.py, Apache 2.0).
 */
export function ne16Cycles({ kind, height, width, filters, channels }: Ne16Job, weightBits: number): number {
  const positions = pass.extent ** 2;
  const words = (bytes: number) => Math.ceil(bytes / pass.bytes);
  const load =
    kind === '1x1' ? 10 + positions * words(pass.channels) : fill + (pass.extent + 2) ** 2 * words(pass.channels);
  const iteration = (results: number): number => {
    const offsets = kind === 'depthwise' ? fill + results : fill;
    const multiplying = fill + results * (kind === '1x1' ? 1 : weightBits);
    const scaling = 9 + results + 8 + Math.ceil(results / 8);
    const writing = 3 + positions * words(pass.filters) + 1;
    const passes = kind === 'depthwise' ? 1 : Math.ceil(channels / pass.channels);
    return passes * (load + offsets + multiplying + 2) + scaling + writing;
  };
  const whole = kind === 'depthwise' ? pass.channels : pass.filters;
  const rest = filters % whole;
  const tiles = Math.ceil(height / pass.extent) * Math.ceil(width / pass.extent);
  return tiles * (Math.floor(filters / whole) * iteration(whole) + (rest === 0 ? 0 : iteration(rest)));
}
