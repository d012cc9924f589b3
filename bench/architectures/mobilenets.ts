import type { TensorId } from '../../src/graph/graph.ts';
import { type NetworkBuilder, networkBuilder, type Precision } from './builder.ts';

/** Channels scaled by a width, to a multiple of 8, never more than a tenth less: `_make_divisible` of the MobileNet papers' code. */
export function scaled(channels: number, width: number): number {
  const value = channels * width;
  const rounded = Math.max(8, Math.floor((value + 4) / 8) * 8);
  return rounded < 0.9 * value ? rounded + 8 : rounded;
}

/** MobileNetV1 (Howard et al. 2017). */
export function mobilenetV1(precision: Precision, width = 1, resolution = 224, batch = 1, classes = 1000) {
  const g = networkBuilder(precision);
  return depthwiseSeparable(g, g.input(batch, resolution, resolution, 3), 'mobilenet-v1', width, classes);
}

/** YAMNet (Plakal and Ellis 2019) behind its spectrogram: MobileNetV1 on 64 mel bands of 96 frames. */
export function yamnet(precision: Precision, classes = 521) {
  const g = networkBuilder(precision);
  return depthwiseSeparable(g, g.input(1, 64, 96, 1), 'yamnet', 1, classes);
}

function depthwiseSeparable(g: NetworkBuilder, input: TensorId, name: string, width: number, classes: number) {
  const channels = [64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024];
  const strides = [1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1];
  let x = g.convolution(input, scaled(32, width), { kernel: 3, stride: 2 });
  channels.forEach((count, index) => {
    x = g.depthwise(x, { kernel: 3, stride: strides[index] ?? 1 });
    x = g.convolution(x, scaled(count, width), { kernel: 1 });
  });
  return g.build(name, [input], [g.dense(g.globalPool(x), classes)]);
}

/** Fd-MobileNet (Qin et al. 2018): MobileNetV1's blocks with four strides of 2 at the front, and half as many. */
export function fdMobilenet(precision: Precision, width = 1, resolution = 224, classes = 1000) {
  const g = networkBuilder(precision);
  const input = g.input(1, resolution, resolution, 3);
  const blocks: readonly (readonly [number, number])[] = [
    [64, 2],
    [128, 2],
    [128, 1],
    [256, 2],
    [256, 1],
    [512, 2],
    [512, 1],
    [512, 1],
    [512, 1],
    [512, 1],
    [1024, 1],
  ];
  let x = g.convolution(input, scaled(32, width), { kernel: 3, stride: 2 });
  for (const [count, stride] of blocks) {
    x = g.depthwise(x, { kernel: 3, stride });
    x = g.convolution(x, scaled(count, width), { kernel: 1 });
  }
  return g.build('fd-mobilenet', [input], [g.dense(g.globalPool(x), classes)]);
}

/** Expansion, channels, repeats, stride, kernel, squeeze-and-excitation. */
type Stage = readonly [number, number, number, number, number, boolean?];

/** TensorFlow Lite has no operator for `SWISH`: it is a sigmoid and a product. */
function activated(g: NetworkBuilder, x: TensorId, activation: string | undefined): TensorId {
  if (activation === 'SWISH') return g.multiply(x, g.activation(x, 'LOGISTIC'));
  return activation === undefined ? x : g.activation(x, activation);
}

/** An inverted residual block; with squeeze-and-excitation, two dense layers give one factor per channel. `widens` keeps a first convolution that changes no width. */
function inverted(
  g: NetworkBuilder,
  x: TensorId,
  hidden: number,
  out: number,
  stride: number,
  kernel: number,
  squeeze: number,
  activation?: string,
  widens = false,
): TensorId {
  const act = (id: TensorId) => activated(g, id, activation);
  const depth = g.channelsOf(x);
  let y = hidden === depth && !widens ? x : act(g.convolution(x, hidden, { kernel: 1 }));
  y = act(g.depthwise(y, { kernel, stride }));
  if (squeeze > 0) {
    const factors = g.convolution(g.convolution(g.globalPool(y), squeeze, { kernel: 1 }), hidden, { kernel: 1 });
    y = g.multiply(y, g.activation(factors, 'LOGISTIC'));
  }
  y = g.convolution(y, out, { kernel: 1 });
  return stride === 1 && depth === out ? g.add(y, x) : y;
}

function staged(
  name: string,
  precision: Precision,
  stem: number,
  stages: readonly Stage[],
  last: number,
  resolution: number,
  options: {
    readonly width?: number;
    readonly batch?: number;
    readonly classes?: number;
    readonly separableStem?: number;
    readonly activation?: string;
    readonly widens?: boolean;
  } = {},
) {
  const { width = 1, batch = 1, classes = 1000, activation, separableStem, widens = false } = options;
  const g = networkBuilder(precision);
  const act = (id: TensorId) => activated(g, id, activation);
  const input = g.input(batch, resolution, resolution, 3);
  let x = act(g.convolution(input, scaled(stem, width), { kernel: 3, stride: 2 }));
  if (separableStem !== undefined) {
    x = g.convolution(g.depthwise(x, { kernel: 3 }), scaled(separableStem, width), { kernel: 1 });
  }
  for (const [expansion, channels, repeats, stride, kernel, squeeze] of stages) {
    for (let index = 0; index < repeats; index += 1) {
      const depth = g.channelsOf(x);
      const reduced = squeeze === true ? Math.max(1, Math.round(depth / 4)) : 0;
      x = inverted(
        g,
        x,
        depth * expansion,
        scaled(channels, width),
        index === 0 ? stride : 1,
        kernel,
        reduced,
        activation,
        widens,
      );
    }
  }
  x = act(g.convolution(x, last, { kernel: 1 }));
  return g.build(name, [input], [g.dense(g.globalPool(x), classes)]);
}

const v2: readonly Stage[] = [
  [1, 16, 1, 1, 3],
  [6, 24, 2, 2, 3],
  [6, 32, 3, 2, 3],
  [6, 64, 4, 2, 3],
  [6, 96, 3, 1, 3],
  [6, 160, 3, 2, 3],
  [6, 320, 1, 1, 3],
];

/** MobileNetV2 (Sandler et al. 2018). */
export const mobilenetV2 = (precision: Precision, width = 1, resolution = 224, batch = 1, classes = 1000) =>
  staged('mobilenet-v2', precision, 32, v2, Math.max(1280, scaled(1280, width)), resolution, { width, batch, classes });

/** The same with a convolution of 1 by 1 in the first block too. */
export const mobilenetV2Widened = (precision: Precision) =>
  staged('mobilenet-v2', precision, 32, v2, 1280, 224, { widens: true });

const mnas: readonly Stage[] = [
  [3, 24, 3, 2, 3],
  [3, 40, 3, 2, 5],
  [6, 80, 3, 2, 5],
  [6, 96, 2, 1, 3],
  [6, 192, 4, 2, 5],
  [6, 320, 1, 1, 3],
];

/** MnasNet-B1 (Tan et al. 2019) as torchvision has it. */
export const mnasnet = (precision: Precision, width = 1) =>
  staged('mnasnet', precision, 32, mnas, 1280, 224, { width, separableStem: 16 });

const efficient = (squeeze: boolean, depth = 1): readonly Stage[] =>
  (
    [
      [1, 16, 1, 1, 3],
      [6, 24, 2, 2, 3],
      [6, 40, 2, 2, 5],
      [6, 80, 3, 2, 3],
      [6, 112, 3, 1, 5],
      [6, 192, 4, 2, 5],
      [6, 320, 1, 1, 3],
    ] as const
  ).map(([expansion, channels, repeats, stride, kernel]) => [
    expansion,
    channels,
    Math.ceil(repeats * depth),
    stride,
    kernel,
    squeeze,
  ]);

/** EfficientNet-B0, with swish as one operator, and B4 (Tan and Le 2019), and B0's Lite form without squeeze-and-excitation. */
export const efficientnetB0 = (precision: Precision) =>
  staged('efficientnet-b0', precision, 32, efficient(true), 1280, 224, { activation: 'LOGISTIC' });
export const efficientnetB4 = (precision: Precision) =>
  staged('efficientnet-b4', precision, 32, efficient(true, 1.8), 1792, 380, { width: 1.4, activation: 'SWISH' });
export const efficientnetLite0 = (precision: Precision) =>
  staged('efficientnet-lite0', precision, 32, efficient(false), 1280, 224);

/** Kernel, hidden channels, channels, squeeze-and-excitation, hard swish, stride. */
type V3Row = readonly [number, number, number, boolean, boolean, number];
const v3Large: readonly V3Row[] = [
  [3, 16, 16, false, false, 1],
  [3, 64, 24, false, false, 2],
  [3, 72, 24, false, false, 1],
  [5, 72, 40, true, false, 2],
  [5, 120, 40, true, false, 1],
  [5, 120, 40, true, false, 1],
  [3, 240, 80, false, true, 2],
  [3, 200, 80, false, true, 1],
  [3, 184, 80, false, true, 1],
  [3, 184, 80, false, true, 1],
  [3, 480, 112, true, true, 1],
  [3, 672, 112, true, true, 1],
  [5, 672, 160, true, true, 2],
  [5, 960, 160, true, true, 1],
  [5, 960, 160, true, true, 1],
];
const lateRows: readonly V3Row[] = [
  [5, 672, 160, true, true, 1],
  [5, 672, 160, true, true, 2],
  [5, 960, 160, true, true, 1],
];
const v3Small: readonly V3Row[] = [
  [3, 16, 16, true, false, 2],
  [3, 72, 24, false, false, 2],
  [3, 88, 24, false, false, 1],
  [5, 96, 40, true, true, 2],
  [5, 240, 40, true, true, 1],
  [5, 240, 40, true, true, 1],
  [5, 120, 48, true, true, 1],
  [5, 144, 48, true, true, 1],
  [5, 288, 96, true, true, 2],
  [5, 576, 96, true, true, 1],
  [5, 576, 96, true, true, 1],
];

/** MobileNetV3 (Howard et al. 2019); `late` halves the extents one block later, as the graph of ncnn's benchmark does. */
export function mobilenetV3(precision: Precision, size: 'large' | 'small', resolution = 224, batch = 1, late = false) {
  const g = networkBuilder(precision);
  const input = g.input(batch, resolution, resolution, 3);
  const large = late ? [...v3Large.slice(0, -3), ...lateRows] : v3Large;
  const [rows, last, head] = size === 'large' ? ([large, 960, 1280] as const) : ([v3Small, 576, 1024] as const);
  let x = g.activation(g.convolution(input, 16, { kernel: 3, stride: 2 }));
  for (const [kernel, hidden, channels, squeeze, swish, stride] of rows) {
    x = inverted(
      g,
      x,
      hidden,
      channels,
      stride,
      kernel,
      squeeze ? scaled(hidden, 0.25) : 0,
      swish ? 'HARD_SWISH' : undefined,
    );
  }
  x = g.globalPool(g.activation(g.convolution(x, last, { kernel: 1 })));
  return g.build(`mobilenet-v3-${size}`, [input], [g.dense(g.activation(g.dense(x, head)), 1000)]);
}
