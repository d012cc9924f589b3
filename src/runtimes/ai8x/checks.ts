import type { Graph } from '../../graph/graph.ts';
import { operatorPlace } from '../../graph/operator-place.ts';

import type { Finding } from '../../measurement/measurement.ts';
import type { HardwareLayer } from './hardware-layer.ts';
import type { HardwareNetwork } from './layers.ts';
import type { Limits } from './limits.ts';
import { weightFit } from './memory.ts';
import { dataBytes, inputFits, type Picture, passesOf } from './pictures.ts';

/** Layers whose input is too large to be stored stream, and all layers before them. */
export function withStreaming(layers: readonly HardwareLayer[], limits: Limits): readonly HardwareLayer[] {
  const last = layers.findLastIndex(({ input }, position) =>
    position === 0 ? !inputFits(input, limits) : dataBytes(input, limits).instance > limits.dataInstanceBytes,
  );
  return layers.map((layer, position) =>
    position > last ? layer : { ...layer, shape: { ...layer.shape, streaming: true } },
  );
}

/** Operators that the accelerator refuses; the network runs there as a whole or not at all. */
export function refusals(graph: Graph, { refusals: all }: HardwareNetwork): readonly Finding[] {
  return all.map(({ operator: index, message }) => {
    const operator = graph.operators[index];
    return {
      code: 'unsupported-operator',
      severity: 'error',
      ...(operator === undefined ? {} : { where: operatorPlace(operator, index) }),
      message: `The accelerator cannot run ${operator?.type.slice(0, 200) ?? 'it'}: it ${message}.`.slice(0, 2000),
    };
  });
}

/** What the network as a whole exceeds. */
export function exceeded(
  layers: readonly HardwareLayer[],
  data: { readonly bytes: number },
  output: Picture | undefined,
  limits: Limits,
): readonly Finding[] {
  const { streaming } = limits;
  const streamed = layers.filter(({ shape }) => shape.streaming);
  const weights = weightFit(layers, limits);
  const biases = layers.reduce(
    (sum, { filter, shape }) => sum + (filter?.hasBias === true ? shape.outputChannels : 0),
    0,
  );
  const words = (limits.weightWords * limits.processors * limits.weightWordBytes) / 1024;
  const memory = (limits.dataInstanceBytes * limits.processors) / limits.processorsPerMemory;
  const does = (where: string, message: string): Finding => ({
    code: 'does-not-fit',
    severity: 'error',
    where,
    message,
  });
  const counted = layers.filter(
    ({ filter, shape }) => filter !== undefined || shape.pool[0] * shape.pool[1] > 1 || shape.operands > 1,
  );
  return [
    ...(counted.length > limits.layers
      ? [does('layers', `The network becomes ${counted.length} layers; the accelerator has ${limits.layers}.`)]
      : []),
    ...(weights === 'too-much'
      ? [
          does(
            'weights',
            `The weights need more than the ${words} KiB of weight memory, where a layer of 65 channels takes as much as one of 128.`,
          ),
        ]
      : []),
    ...(weights === 'unsure'
      ? [
          {
            code: 'weights-arrangement',
            severity: 'warning',
            message: `The weights fit into ${words} KiB, but not as the layers were arranged here, one after the other; ai8xize may find an arrangement.`,
          } as const,
        ]
      : []),
    ...(biases > limits.biasBytes
      ? [does('biases', `There are ${biases} biases; bias memory has ${limits.biasBytes}.`)]
      : []),
    ...(data.bytes > memory
      ? [
          does(
            'data',
            `Results alive at once take ${(data.bytes / 1024).toFixed(1)} KiB of the ${memory / 1024} KiB of data memory.`,
          ),
        ]
      : []),
    ...(output !== undefined && dataBytes(output, limits).instance > limits.dataInstanceBytes
      ? [does('data', 'The result of the network is too large for an instance of data memory.')]
      : []),
    ...(streamed.length === 0 ? [] : streams(streamed, layers[0]?.input, streaming)),
    ...(streamed.some(({ input }) => input.rows * input.columns * passesOf(input.channels, limits) >= streaming.product)
      ? [does('data', `A layer that streams has more than ${streaming.product} positions times passes.`)]
      : []),
  ];
}

function streams(
  streamed: readonly HardwareLayer[],
  input: Picture | undefined,
  { layers, channels }: Limits['streaming'],
): readonly Finding[] {
  const many = `The first ${streamed.length} layers have inputs that data memory can't hold and must stream`;
  if (streamed.length > layers)
    return [{ code: 'does-not-fit', severity: 'error', where: 'data', message: `${many}; ${layers} can.` }];
  if ((input?.channels ?? 0) > channels) {
    return [
      {
        code: 'does-not-fit',
        severity: 'error',
        where: 'data',
        message: `${many}; ${channels} channels can be streamed in.`,
      },
    ];
  }
  const message = `${many}, for which they are counted half as much time again. Folding the picture into channels avoids it.`;
  return [{ code: 'streaming', severity: 'warning', message }];
}
