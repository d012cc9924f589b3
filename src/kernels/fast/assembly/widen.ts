/** Rows of i8, `fromPitch` bytes apart, become rows of i16 less `zeroPoint`, `toPitch` bytes apart. */
export function widen(
  from: usize,
  to: usize,
  rows: i32,
  elements: i32,
  fromPitch: usize,
  toPitch: usize,
  zeroPoint: i32,
): void {
  const zero = i16x8.splat(<i16>zeroPoint);
  for (let row = 0; row < rows; row++) {
    let source = from;
    let target = to;
    let left = elements;
    for (; left >= 8; left -= 8) {
      v128.store(target, i16x8.sub(v128.load8x8_s(source), zero));
      source += 8;
      target += 16;
    }
    for (; left > 0; left--) {
      store<i16>(target, <i16>(<i32>load<i8>(source) - zeroPoint));
      source += 1;
      target += 2;
    }
    from += fromPitch;
    to += toPitch;
  }
}

/** As `widen` for one row of pixels, each channel `repeat` times in a row, `pixelPitch` bytes from pixel to pixel of the target. */
export function spread(
  from: usize,
  to: usize,
  pixels: i32,
  channels: i32,
  repeat: i32,
  pixelPitch: usize,
  zeroPoint: i32,
): void {
  for (let pixel = 0; pixel < pixels; pixel++) {
    let target = to;
    for (let channel = 0; channel < channels; channel++) {
      const value = <i16>(<i32>load<i8>(from) - zeroPoint);
      for (let copy = 0; copy < repeat; copy++) {
        store<i16>(target, value);
        target += 2;
      }
      from += 1;
    }
    to += pixelPitch;
  }
}

/** Rows of i16, `fromPitch` bytes apart, are copied to `toPitch` bytes apart. */
export function copyRows(from: usize, to: usize, rows: i32, elements: i32, fromPitch: usize, toPitch: usize): void {
  copyRowsOf<i16>(from, to, rows, elements, fromPitch, toPitch);
}

/** As `copyRows` for f32. */
export function copyRows32(from: usize, to: usize, rows: i32, elements: i32, fromPitch: usize, toPitch: usize): void {
  copyRowsOf<f32>(from, to, rows, elements, fromPitch, toPitch);
}

function copyRowsOf<T>(from: usize, to: usize, rows: i32, elements: i32, fromPitch: usize, toPitch: usize): void {
  for (let row = 0; row < rows; row++) {
    memory.copy(to, from, <usize>elements * sizeof<T>());
    from += fromPitch;
    to += toPitch;
  }
}

/** As `spread` for i16 without a zero point. */
export function spread16(from: usize, to: usize, pixels: i32, channels: i32, repeat: i32, pixelPitch: usize): void {
  spreadOf<i16>(from, to, pixels, channels, repeat, pixelPitch);
}

/** As `spread16` for f32. */
export function spread32(from: usize, to: usize, pixels: i32, channels: i32, repeat: i32, pixelPitch: usize): void {
  spreadOf<f32>(from, to, pixels, channels, repeat, pixelPitch);
}

function spreadOf<T>(from: usize, to: usize, pixels: i32, channels: i32, repeat: i32, pixelPitch: usize): void {
  for (let pixel = 0; pixel < pixels; pixel++) {
    let target = to;
    for (let channel = 0; channel < channels; channel++) {
      const value = load<T>(from);
      for (let copy = 0; copy < repeat; copy++) {
        store<T>(target, value);
        target += sizeof<T>();
      }
      from += sizeof<T>();
    }
    to += pixelPitch;
  }
}

/** Rows of f32, `fromPitch` bytes apart, become rows of f64, `toPitch` bytes apart. */
export function widenFloat(from: usize, to: usize, rows: i32, elements: i32, fromPitch: usize, toPitch: usize): void {
  for (let row = 0; row < rows; row++) {
    let source = from;
    let target = to;
    for (let left = elements; left > 0; left--) {
      store<f64>(target, <f64>load<f32>(source));
      source += 4;
      target += 8;
    }
    from += fromPitch;
    to += toPitch;
  }
}

/** As `widenFloat` for one row of pixels; see `spread`. */
export function spreadFloat(from: usize, to: usize, pixels: i32, channels: i32, repeat: i32, pixelPitch: usize): void {
  for (let pixel = 0; pixel < pixels; pixel++) {
    let target = to;
    for (let channel = 0; channel < channels; channel++) {
      const value = <f64>load<f32>(from);
      for (let copy = 0; copy < repeat; copy++) {
        store<f64>(target, value);
        target += 8;
      }
      from += 4;
    }
    to += pixelPitch;
  }
}

/** Zeroes `bytes` bytes. */
export function clear(at: usize, bytes: usize): void {
  memory.fill(at, 0, bytes);
}
