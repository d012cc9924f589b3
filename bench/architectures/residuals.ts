import type { TensorId } from '../../src/graph/graph.ts';
import { networkBuilder, type Precision } from './builder.ts';

const depths: Readonly<Record<number, readonly [readonly number[], boolean]>> = {
  18: [[2, 2, 2, 2], false],
  34: [[3, 4, 6, 3], false],
  50: [[3, 4, 6, 3], true],
  101: [[3, 4, 23, 3], true],
  152: [[3, 8, 36, 3], true],
};

/**
 * ResNet (He et al. 2015) of 18 to 152 layers, with the stride in the 3 by 3 convolution as torchvision has it.
 * `early` is Caffe's, with the stride in the first convolution of a block, and a convolution beside the first block of all too.
 */
export function resnet(precision: Precision, layers: 18 | 34 | 50 | 101 | 152, early = false) {
  const g = networkBuilder(precision);
  const [repeats, isBottleneck] = depths[layers] ?? [[], false];
  const input = g.input(1, 224, 224, 3);
  let x = g.pool(g.convolution(input, 64, { kernel: 7, stride: 2 }), { kernel: 3, stride: 2 });
  repeats.forEach((count, stage) => {
    const width = 64 * 2 ** stage;
    const out = isBottleneck ? width * 4 : width;
    for (let index = 0; index < count; index += 1) {
      const stride = index === 0 && stage > 0 ? 2 : 1;
      let y: TensorId;
      if (isBottleneck) {
        y = g.convolution(x, width, { kernel: 1, stride: early ? stride : 1 });
        y = g.convolution(y, width, { kernel: 3, stride: early ? 1 : stride });
        y = g.convolution(y, out, { kernel: 1 });
      } else y = g.convolution(g.convolution(x, width, { kernel: 3, stride }), width, { kernel: 3 });
      const isSame = stride === 1 && g.channelsOf(x) === out && !(early && index === 0);
      const short = isSame ? x : g.convolution(x, out, { kernel: 1, stride });
      x = g.add(y, short);
    }
  });
  return g.build(`resnet${layers}`, [input], [g.dense(g.globalPool(x), 1000)]);
}

/**
 * ResNet50V2 as Keras has it (He et al. 2016, "Identity mappings"): normalisation and activation come before the convolutions, so that the former stays a product and a sum,
 * and the stride is in the last block of a stage.
 */
export function resnet50V2(precision: Precision) {
  const g = networkBuilder(precision);
  const input = g.input(1, 224, 224, 3);
  const normalised = (x: TensorId) => {
    const scale = g.input(1, 1, 1, g.channelsOf(x));
    return g.add(g.multiply(x, scale), scale);
  };
  let x = g.pool(g.convolution(input, 64, { kernel: 7, stride: 2 }), { kernel: 3, stride: 2 });
  [3, 4, 6, 3].forEach((count, stage) => {
    const width = 64 * 2 ** stage;
    for (let index = 0; index < count; index += 1) {
      const stride = index === count - 1 && stage < 3 ? 2 : 1;
      const before = normalised(x);
      const beside = stride === 1 ? x : g.pool(x, { kernel: 1, stride });
      const short = index === 0 ? g.convolution(before, width * 4, { kernel: 1, stride }) : beside;
      const y = g.convolution(g.convolution(before, width, { kernel: 1 }), width, { kernel: 3, stride });
      x = g.add(short, g.convolution(y, width * 4, { kernel: 1 }));
    }
  });
  return g.build('resnet50-v2', [input], [g.dense(g.globalPool(normalised(x)), 1000)]);
}

const growth: Readonly<Record<number, readonly [number, number, readonly number[]]>> = {
  121: [64, 32, [6, 12, 24, 16]],
  161: [96, 48, [6, 12, 36, 24]],
  169: [64, 32, [6, 12, 32, 32]],
  201: [64, 32, [6, 12, 48, 32]],
};

/** DenseNet (Huang et al. 2016): batch normalisation comes before convolutions, so that it and its activation stay operators of their own. */
export function densenet(precision: Precision, layers: 121 | 161 | 169 | 201) {
  const g = networkBuilder(precision);
  const [stem, rate, blocks] = growth[layers] ?? [64, 32, []];
  const input = g.input(1, 224, 224, 3);
  const normalised = (id: TensorId) => g.activation(id, 'RELU');
  let x = g.pool(g.convolution(input, stem, { kernel: 7, stride: 2 }), { kernel: 3, stride: 2 });
  blocks.forEach((count, stage) => {
    for (let index = 0; index < count; index += 1) {
      const y = g.convolution(normalised(x), rate * 4, { kernel: 1 });
      x = g.concatenate([x, g.convolution(y, rate, { kernel: 3 })]);
    }
    x = normalised(x);
    if (stage === blocks.length - 1) return;
    x = g.pool(g.convolution(x, Math.floor(g.channelsOf(x) / 2), { kernel: 1 }), { kernel: 2, stride: 2 });
  });
  return g.build(`densenet${layers}`, [input], [g.dense(g.globalPool(x), 1000)]);
}

const shuffleWidths: Readonly<Record<string, readonly number[]>> = {
  '0.5': [48, 96, 192, 1024],
  '1.0': [116, 232, 464, 1024],
  '1.5': [176, 352, 704, 1024],
  '2.0': [244, 488, 976, 2048],
};

/** ShuffleNetV2 (Ma et al. 2018). */
export function shufflenetV2(precision: Precision, width: '0.5' | '1.0' | '1.5' | '2.0') {
  const g = networkBuilder(precision);
  const [a = 0, b = 0, c = 0, last = 0] = shuffleWidths[width] ?? [];
  const input = g.input(1, 224, 224, 3);
  const branch = (x: TensorId, channels: number, stride: number) => {
    const y = g.depthwise(g.convolution(x, channels, { kernel: 1 }), { kernel: 3, stride });
    return g.convolution(y, channels, { kernel: 1 });
  };
  let x = g.pool(g.convolution(input, 24, { kernel: 3, stride: 2 }), { kernel: 3, stride: 2 });
  [a, b, c].forEach((channels, stage) => {
    for (let index = 0; index < (stage === 1 ? 8 : 4); index += 1) {
      const half = channels / 2;
      if (index === 0) {
        const short = g.convolution(g.depthwise(x, { kernel: 3, stride: 2 }), half, { kernel: 1 });
        x = g.transpose(g.concatenate([short, branch(x, half, 2)]));
      } else x = g.transpose(g.concatenate([g.slice(x, half), branch(g.slice(x, half), half, 1)]));
    }
  });
  x = g.globalPool(g.convolution(x, last, { kernel: 1 }));
  return g.build(`shufflenet-v2-${width}`, [input], [g.dense(x, 1000)]);
}
