import type { TensorId } from '../../src/graph/graph.ts';
import { type NetworkBuilder, networkBuilder, type Precision } from './builder.ts';

/** Convolutions one after another: channels, kernel, stride, and `0` for no padding. */
type Chain = readonly (readonly [number, number | readonly [number, number], number?, 0?])[];

function chain(g: NetworkBuilder, x: TensorId, steps: Chain): TensorId {
  return steps.reduce(
    (y, [channels, kernel, stride = 1, padding]) =>
      g.convolution(y, channels, { kernel, stride, ...(padding === undefined ? {} : { padding }) }),
    x,
  );
}

const beside = (g: NetworkBuilder, x: TensorId, branches: readonly Chain[], pooled?: number): TensorId =>
  g.concatenate([
    ...branches.map((branch) => chain(g, x, branch)),
    ...(pooled === undefined ? [] : [g.convolution(g.pool(x, { kernel: 3 }), pooled, { kernel: 1 })]),
  ]);

/** Branches that halve the extents, beside a pool. */
const reduced = (g: NetworkBuilder, x: TensorId, branches: readonly Chain[]): TensorId =>
  g.concatenate([...branches.map((branch) => chain(g, x, branch)), g.pool(x, { kernel: 3, stride: 2, padding: 0 })]);

const across = [1, 7] as const;
const down = [7, 1] as const;

/** Inception-v3 (Szegedy et al. 2015) for 299 by 299 pixels. */
export function inceptionV3(precision: Precision) {
  const g = networkBuilder(precision);
  const input = g.input(1, 299, 299, 3);
  let x = chain(g, input, [
    [32, 3, 2, 0],
    [32, 3, 1, 0],
    [64, 3],
  ]);
  x = g.pool(x, { kernel: 3, stride: 2, padding: 0 });
  x = chain(g, x, [
    [80, 1],
    [192, 3, 1, 0],
  ]);
  x = g.pool(x, { kernel: 3, stride: 2, padding: 0 });
  for (const pooled of [32, 64, 64]) {
    x = beside(
      g,
      x,
      [
        [[64, 1]],
        [
          [48, 1],
          [64, 5],
        ],
        [
          [64, 1],
          [96, 3],
          [96, 3],
        ],
      ],
      pooled,
    );
  }
  x = reduced(g, x, [
    [[384, 3, 2, 0]],
    [
      [64, 1],
      [96, 3],
      [96, 3, 2, 0],
    ],
  ]);
  for (const c of [128, 160, 160, 192]) {
    const twice: Chain = [
      [c, 1],
      [c, down],
      [c, across],
      [c, down],
      [192, across],
    ];
    x = beside(
      g,
      x,
      [
        [[192, 1]],
        [
          [c, 1],
          [c, across],
          [192, down],
        ],
        twice,
      ],
      192,
    );
  }
  x = reduced(g, x, [
    [
      [192, 1],
      [320, 3, 2, 0],
    ],
    [
      [192, 1],
      [192, across],
      [192, down],
      [192, 3, 2, 0],
    ],
  ]);
  for (let index = 0; index < 2; index += 1) {
    const [a, b] = [
      chain(g, x, [[384, 1]]),
      chain(g, x, [
        [448, 1],
        [384, 3],
      ]),
    ];
    const split = [a, b].flatMap((y) => [chain(g, y, [[384, [1, 3]]]), chain(g, y, [[384, [3, 1]]])]);
    const pooled = g.convolution(g.pool(x, { kernel: 3 }), 192, { kernel: 1 });
    x = g.concatenate([chain(g, x, [[320, 1]]), ...split, pooled]);
  }
  return g.build('inception-v3', [input], [g.dense(g.globalPool(x), 1000)]);
}

/** Inception-v4 (Szegedy et al. 2016) for 299 by 299 pixels. */
export function inceptionV4(precision: Precision) {
  const g = networkBuilder(precision);
  const input = g.input(1, 299, 299, 3);
  let x = chain(g, input, [
    [32, 3, 2, 0],
    [32, 3, 1, 0],
    [64, 3],
  ]);
  x = reduced(g, x, [[[96, 3, 2, 0]]]);
  x = g.concatenate([
    chain(g, x, [
      [64, 1],
      [96, 3, 1, 0],
    ]),
    chain(g, x, [
      [64, 1],
      [64, across],
      [64, down],
      [96, 3, 1, 0],
    ]),
  ]);
  x = reduced(g, x, [[[192, 3, 2, 0]]]);
  for (let index = 0; index < 4; index += 1) {
    x = beside(
      g,
      x,
      [
        [[96, 1]],
        [
          [64, 1],
          [96, 3],
        ],
        [
          [64, 1],
          [96, 3],
          [96, 3],
        ],
      ],
      96,
    );
  }
  x = reduced(g, x, [
    [[384, 3, 2, 0]],
    [
      [192, 1],
      [224, 3],
      [256, 3, 2, 0],
    ],
  ]);
  for (let index = 0; index < 7; index += 1) {
    const twice: Chain = [
      [192, 1],
      [192, across],
      [224, down],
      [224, across],
      [256, down],
    ];
    x = beside(
      g,
      x,
      [
        [[384, 1]],
        [
          [192, 1],
          [224, across],
          [256, down],
        ],
        twice,
      ],
      128,
    );
  }
  x = reduced(g, x, [
    [
      [192, 1],
      [192, 3, 2, 0],
    ],
    [
      [256, 1],
      [256, across],
      [320, down],
      [320, 3, 2, 0],
    ],
  ]);
  for (let index = 0; index < 3; index += 1) {
    const a = chain(g, x, [[384, 1]]);
    const b = chain(g, x, [
      [384, 1],
      [448, [1, 3]],
      [512, [3, 1]],
    ]);
    const split = [a, b].flatMap((y) => [chain(g, y, [[256, [1, 3]]]), chain(g, y, [[256, [3, 1]]])]);
    const pooled = g.convolution(g.pool(x, { kernel: 3 }), 256, { kernel: 1 });
    x = g.concatenate([chain(g, x, [[256, 1]]), ...split, pooled]);
  }
  return g.build('inception-v4', [input], [g.dense(g.globalPool(x), 1000)]);
}
