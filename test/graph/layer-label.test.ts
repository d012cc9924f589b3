import { describe, expect, it } from 'vitest';
import { layerLabel } from '../../src/graph/layer-label.ts';

describe('layerLabel', () => {
  it.each([
    ['net/relu/Relu6;net/conv_bn/add_1;net/conv_1/convolution', 'net/conv_1'],
    ['functional_1_1/re_lu_7_1/Relu6;functional_1_1/pointwise_1_1/convolution;functional_1_1/x/sub1', 'pointwise_1_1'],
    ['functional_1_1/classes_1/MatMul;functional_1_1/classes_1/BiasAdd', 'classes_1'],
    [
      'functional_1/activation_1/Relu;functional_1/depthwise_conv2d/depthwise;functional_1/depthwise_conv2d/BiasAdd;functional_1/conv2d_4/Conv2D;functional_1/depthwise_conv2d/BiasAdd/ReadVariableOp/resource1',
      'depthwise_conv2d',
    ],
    [
      'functional_1/activation_2/Relu;functional_1/conv2d_1/BiasAdd/ReadVariableOp/resource;functional_1/conv2d_1/BiasAdd;functional_1/conv2d_4/Conv2D;functional_1/conv2d_1/Conv2D1',
      'conv2d_1',
    ],
    ['functional_1_1/average_1/Mean', 'average_1'],
    ['StatefulPartitionedCall:0', 'StatefulPartitionedCall:0'],
    ['a;b', 'a'],
    ['/features/0/Conv', '/features/0/Conv'],
    ['conv_3', 'conv_3'],
    ['', ''],
  ])('%s is called %s', (name, label) => {
    expect(layerLabel(name)).toBe(label);
  });
});
