import type { TensorId } from '../../src/graph/graph.ts';
import { type NetworkBuilder, networkBuilder, type Precision } from './builder.ts';

/** Tiny YOLOv2 (Redmon and Farhadi 2016) for 20 or 80 classes. */
export function tinyYoloV2(precision: Precision, resolution = 416, classes = 20, width = 1) {
  const g = networkBuilder(precision);
  const input = g.input(1, resolution, resolution, 3);
  let x: TensorId = input;
  [16, 32, 64, 128, 256, 512].forEach((channels, index) => {
    x = g.pool(g.convolution(x, channels * width, { kernel: 3 }), { kernel: 2, stride: index === 5 ? 1 : 2 });
  });
  for (const channels of [1024, 1024]) x = g.convolution(x, channels * width, { kernel: 3 });
  return g.build('tiny-yolo-v2', [input], [g.convolution(x, 5 * (classes + 5), { kernel: 1 })]);
}

/** YOLOv4-tiny (Wang et al. 2020); TensorFlow Lite fuses no leaky ReLU into a convolution. */
export function yoloV4Tiny(precision: Precision, resolution = 416) {
  const g = networkBuilder(precision);
  const input = g.input(1, resolution, resolution, 3);
  const leaky = (x: TensorId, channels: number, kernel: number, stride = 1) =>
    g.activation(g.convolution(x, channels, { kernel, stride }), 'LEAKY_RELU');
  const partial = (x: TensorId, channels: number): readonly [TensorId, TensorId] => {
    const whole = leaky(x, channels, 3);
    const first = leaky(g.slice(whole, channels / 2), channels / 2, 3);
    const both = g.concatenate([leaky(first, channels / 2, 3), first]);
    const route = leaky(both, channels, 1);
    return [g.pool(g.concatenate([whole, route]), { kernel: 2, stride: 2 }), route];
  };
  let x = leaky(leaky(input, 32, 3, 2), 64, 3, 2);
  [x] = partial(x, 64);
  [x] = partial(x, 128);
  const [y, route] = partial(x, 256);
  const neck = leaky(leaky(y, 512, 3), 256, 1);
  const coarse = g.convolution(leaky(neck, 512, 3), 255, { kernel: 1 });
  const up = g.concatenate([g.resize(leaky(neck, 128, 1), 2), route]);
  const fine = g.convolution(leaky(up, 256, 3), 255, { kernel: 1 });
  return g.build('yolov4-tiny', [input], [coarse, fine]);
}

/** Depth and width of a YOLOv5, YOLOv8 or YOLO11, and the most channels. */
const sizes = {
  n: [0.33, 0.25, 1024],
  s: [0.33, 0.5, 1024],
  m: [0.67, 0.75, 768],
  l: [1, 1, 512],
} as const;

const swish = (g: NetworkBuilder, x: TensorId) => g.multiply(x, g.activation(x, 'LOGISTIC'));

function convolution(g: NetworkBuilder, x: TensorId, channels: number, kernel: number, stride = 1): TensorId {
  return swish(g, g.convolution(x, channels, { kernel, stride }));
}

/** Spatial pyramid pooling of three pools of five. */
function pyramid(g: NetworkBuilder, x: TensorId, channels: number): TensorId {
  const a = convolution(g, x, channels / 2, 1);
  const b = g.pool(a, { kernel: 5 });
  const c = g.pool(b, { kernel: 5 });
  return convolution(g, g.concatenate([a, b, c, g.pool(c, { kernel: 5 })]), channels, 1);
}

/** YOLOv5 (Ultralytics) of size s or m: `C3` blocks, a path aggregation neck, three heads of 255 channels. */
export function yoloV5(precision: Precision, size: 's' | 'm', height = 640, width = 640, outputs = 255) {
  const g = networkBuilder(precision);
  const [depth, scale] = sizes[size];
  const w = (channels: number) => Math.ceil((channels * scale) / 8) * 8;
  const n = (repeats: number) => Math.max(1, Math.round(repeats * depth));
  const c3 = (x: TensorId, channels: number, repeats: number, shortcut = true) => {
    let y = convolution(g, x, channels / 2, 1);
    for (let index = 0; index < n(repeats); index += 1) {
      const z = convolution(g, convolution(g, y, channels / 2, 1), channels / 2, 3);
      y = shortcut ? g.add(y, z) : z;
    }
    return convolution(g, g.concatenate([y, convolution(g, x, channels / 2, 1)]), channels, 1);
  };
  const input = g.input(1, height, width, 3);
  let x = convolution(g, input, w(64), 6, 2);
  x = c3(convolution(g, x, w(128), 3, 2), w(128), 3);
  const p3 = c3(convolution(g, x, w(256), 3, 2), w(256), 6);
  const p4 = c3(convolution(g, p3, w(512), 3, 2), w(512), 9);
  x = pyramid(g, c3(convolution(g, p4, w(1024), 3, 2), w(1024), 3), w(1024));
  const n5 = convolution(g, x, w(512), 1);
  const n4 = convolution(g, c3(g.concatenate([g.resize(n5, 2), p4]), w(512), 3, false), w(256), 1);
  const o3 = c3(g.concatenate([g.resize(n4, 2), p3]), w(256), 3, false);
  const o4 = c3(g.concatenate([convolution(g, o3, w(256), 3, 2), n4]), w(512), 3, false);
  const o5 = c3(g.concatenate([convolution(g, o4, w(512), 3, 2), n5]), w(1024), 3, false);
  return g.build(
    `yolov5${size}`,
    [input],
    [o3, o4, o5].map((id) => g.convolution(id, outputs, { kernel: 1 })),
  );
}

const sizes11 = {
  n: [0.5, 0.25, 1024],
  s: [0.5, 0.5, 1024],
  m: [0.5, 1, 512],
  l: [1, 1, 512],
  x: [1, 1.5, 512],
} as const;

/** YOLO11 (Ultralytics 2024): `C3k2` blocks, attention after the pyramid, separable heads. */
export function yolo11(precision: Precision, size: keyof typeof sizes11, resolution = 640) {
  const g = networkBuilder(precision);
  const [depth, scale, most] = sizes11[size];
  const isLarge = size === 'm' || size === 'l' || size === 'x';
  const w = (channels: number) => Math.ceil((Math.min(channels, most) * scale) / 8) * 8;
  const repeats = Math.max(1, Math.round(2 * depth));
  const bottleneck = (x: TensorId, channels: number, hidden: number) =>
    g.add(x, convolution(g, convolution(g, x, hidden, 3), channels, 3));
  const c3k = (x: TensorId, channels: number) => {
    let y = convolution(g, x, channels / 2, 1);
    for (let index = 0; index < 2; index += 1) y = bottleneck(y, channels / 2, channels / 2);
    return convolution(g, g.concatenate([y, convolution(g, x, channels / 2, 1)]), channels, 1);
  };
  const c3k2 = (x: TensorId, channels: number, deep: boolean, ratio = 0.5) => {
    const hidden = Math.floor(channels * ratio);
    const both = convolution(g, x, 2 * hidden, 1);
    const parts = [g.slice(both, hidden), g.slice(both, hidden)];
    for (let index = 0; index < repeats; index += 1) {
      const last = parts.at(-1) ?? both;
      parts.push(deep || isLarge ? c3k(last, hidden) : bottleneck(last, hidden, Math.max(1, hidden / 2)));
    }
    return convolution(g, g.concatenate(parts), channels, 1);
  };
  const attention = (x: TensorId, channels: number) => {
    const hidden = channels / 2;
    const both = convolution(g, x, channels, 1);
    let y = g.slice(both, hidden);
    for (let index = 0; index < repeats; index += 1) {
      const all = g.convolution(y, hidden * 2, { kernel: 1 });
      const positions = (g.shapeOf(all)[1] ?? 1) * (g.shapeOf(all)[2] ?? 1);
      const heads = Math.max(1, Math.floor(hidden / 64));
      const query = g.rearrange(all, 'TRANSPOSE', [1, heads, positions, 32]);
      const scores = g.rearrange(query, 'BATCH_MATMUL', [1, heads, positions, positions]);
      const soft = g.activation(scores, 'SOFTMAX');
      const value = g.rearrange(soft, 'BATCH_MATMUL', [1, g.shapeOf(y)[1] ?? 1, g.shapeOf(y)[2] ?? 1, hidden]);
      const attended = g.convolution(g.add(value, g.depthwise(value, { kernel: 3 })), hidden, { kernel: 1 });
      y = g.add(y, attended);
      y = g.add(y, g.convolution(convolution(g, y, hidden * 2, 1), hidden, { kernel: 1 }));
    }
    return convolution(g, g.concatenate([g.slice(both, hidden), y]), channels, 1);
  };
  const input = g.input(1, resolution, resolution, 3);
  let x = convolution(g, convolution(g, input, w(64), 3, 2), w(128), 3, 2);
  x = c3k2(x, w(256), false, 0.25);
  const p3 = c3k2(convolution(g, x, w(256), 3, 2), w(512), false, 0.25);
  const p4 = c3k2(convolution(g, p3, w(512), 3, 2), w(512), true);
  x = c3k2(convolution(g, p4, w(1024), 3, 2), w(1024), true);
  const p5 = attention(pyramid(g, x, w(1024)), w(1024));
  const n4 = c3k2(g.concatenate([g.resize(p5, 2), p4]), w(512), false);
  const o3 = c3k2(g.concatenate([g.resize(n4, 2), p3]), w(256), false);
  const o4 = c3k2(g.concatenate([convolution(g, o3, w(256), 3, 2), n4]), w(512), false);
  const o5 = c3k2(g.concatenate([convolution(g, o4, w(512), 3, 2), p5]), w(1024), true);
  const boxes = Math.max(16, g.channelsOf(o3) / 4, 64);
  const classes = Math.max(g.channelsOf(o3), 80);
  const heads = [o3, o4, o5].map((id) => {
    const box = g.convolution(convolution(g, convolution(g, id, boxes, 3), boxes, 3), 64, { kernel: 1 });
    const a = convolution(g, swish(g, g.depthwise(id, { kernel: 3 })), classes, 1);
    const b = convolution(g, swish(g, g.depthwise(a, { kernel: 3 })), classes, 1);
    return g.concatenate([box, g.convolution(b, 80, { kernel: 1 })]);
  });
  return g.build(`yolo11${size}`, [input], heads);
}
