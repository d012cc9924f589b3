import type { TensorId } from '../../src/graph/graph.ts';
import { networkBuilder, type Precision } from './builder.ts';

/** Of each element by those of the channels beside it. */
const normalisation = 'LOCAL_RESPONSE_NORMALIZATION';

/** AlexNet (Krizhevsky 2014) as torchvision has it, in one column; `grouped` is Caffe's of 2012, whose second, fourth and fifth layers have two groups, and the first two normalise across channels. */
export function alexnet(precision: Precision, grouped = false) {
  const g = networkBuilder(precision);
  const groups = grouped ? 2 : 1;
  const input = grouped ? g.input(1, 227, 227, 3) : g.input(1, 224, 224, 3);
  const widths = grouped ? [96, 256, 384, 384, 256] : [64, 192, 384, 256, 256];
  const [a = 0, b = 0, c = 0, d = 0, e = 0] = widths;
  const normalised = (x: TensorId) => (grouped ? g.activation(x, normalisation) : x);
  const down = (x: TensorId) => g.pool(normalised(x), { kernel: 3, stride: 2, padding: 0 });
  let x = down(g.convolution(input, a, { kernel: 11, stride: 4, padding: grouped ? 0 : 2 }));
  x = down(g.convolution(x, b, { kernel: 5, padding: 2 }, groups));
  x = g.convolution(x, c, { kernel: 3, padding: 1 });
  x = g.convolution(x, d, { kernel: 3, padding: 1 }, groups);
  x = g.convolution(x, e, { kernel: 3, padding: 1 }, groups);
  x = g.pool(x, { kernel: 3, stride: 2, padding: 0 });
  return g.build('alexnet', [input], [g.dense(g.dense(g.dense(x, 4096), 4096), 1000)]);
}

const vggWidths: Readonly<Record<number, readonly (readonly number[])[]>> = {
  11: [[64], [128], [256, 256], [512, 512], [512, 512]],
  13: [
    [64, 64],
    [128, 128],
    [256, 256],
    [512, 512],
    [512, 512],
  ],
  16: [
    [64, 64],
    [128, 128],
    [256, 256, 256],
    [512, 512, 512],
    [512, 512, 512],
  ],
  19: [
    [64, 64],
    [128, 128],
    [256, 256, 256, 256],
    [512, 512, 512, 512],
    [512, 512, 512, 512],
  ],
};

/** VGG (Simonyan and Zisserman 2014) of 11, 13, 16 or 19 layers. */
export function vgg(precision: Precision, layers: 11 | 13 | 16 | 19) {
  const g = networkBuilder(precision);
  const input = g.input(1, 224, 224, 3);
  let x: TensorId = input;
  for (const stage of vggWidths[layers] ?? []) {
    for (const width of stage) x = g.convolution(x, width, { kernel: 3, padding: 1 });
    x = g.pool(x, { kernel: 2, stride: 2, padding: 0 });
  }
  return g.build(`vgg${layers}`, [input], [g.dense(g.dense(g.dense(x, 4096), 4096), 1000)]);
}

/** SqueezeNet (Iandola et al. 2016), versions 1.0 and 1.1; `padded` pads the last convolution by a pixel, as Caffe's has it. */
export function squeezenet(
  precision: Precision,
  version: '1.0' | '1.1',
  { resolution = 224, classes = 1000, padded = false } = {},
) {
  const g = networkBuilder(precision);
  const input = g.input(1, resolution, resolution, 3);
  const down = (x: TensorId) => g.pool(x, { kernel: 3, stride: 2, padding: 0, ceil: true });
  const fire = (x: TensorId, squeeze: number, expand: number) => {
    const s = g.convolution(x, squeeze, { kernel: 1 });
    return g.concatenate([g.convolution(s, expand, { kernel: 1 }), g.convolution(s, expand, { kernel: 3 })]);
  };
  const fires = [16, 16, 32, 32, 48, 48, 64, 64].map((squeeze) => [squeeze, squeeze * 4] as const);
  const pools = version === '1.0' ? [2, 6] : [1, 3];
  let x =
    version === '1.0'
      ? g.convolution(input, 96, { kernel: 7, stride: 2, padding: 0 })
      : g.convolution(input, 64, { kernel: 3, stride: 2, padding: 0 });
  x = down(x);
  fires.forEach(([squeeze, expand], index) => {
    x = fire(x, squeeze, expand);
    if (pools.includes(index)) x = down(x);
  });
  return g.build(
    `squeezenet-${version}`,
    [input],
    [g.globalPool(g.convolution(x, classes, { kernel: 1, ...(padded ? { padding: 1 } : {}) }))],
  );
}

/** GoogLeNet (Szegedy et al. 2014), whose branches after the pool and of width five are 5 by 5; `normalised` across channels behind the first two stages, as Caffe's is. */
export function googlenet(precision: Precision, normalised = false) {
  const g = networkBuilder(precision);
  const input = g.input(1, 224, 224, 3);
  const inception = (x: TensorId, [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0]: readonly number[]) =>
    g.concatenate([
      g.convolution(x, a, { kernel: 1 }),
      g.convolution(g.convolution(x, b, { kernel: 1 }), c, { kernel: 3 }),
      g.convolution(g.convolution(x, d, { kernel: 1 }), e, { kernel: 5 }),
      g.convolution(g.pool(x, { kernel: 3 }), f, { kernel: 1 }),
    ]);
  const down = (x: TensorId) => g.pool(x, { kernel: 3, stride: 2 });
  const normal = (x: TensorId) => (normalised ? g.activation(x, normalisation) : x);
  let x = normal(down(g.convolution(input, 64, { kernel: 7, stride: 2 })));
  x = down(normal(g.convolution(g.convolution(x, 64, { kernel: 1 }), 192, { kernel: 3 })));
  x = inception(x, [64, 96, 128, 16, 32, 32]);
  x = down(inception(x, [128, 128, 192, 32, 96, 64]));
  for (const widths of [
    [192, 96, 208, 16, 48, 64],
    [160, 112, 224, 24, 64, 64],
    [128, 128, 256, 24, 64, 64],
    [112, 144, 288, 32, 64, 64],
    [256, 160, 320, 32, 128, 128],
  ])
    x = inception(x, widths);
  x = inception(down(x), [256, 160, 320, 32, 128, 128]);
  x = inception(x, [384, 192, 384, 48, 128, 128]);
  return g.build('googlenet', [input], [g.dense(g.globalPool(x), 1000)]);
}
