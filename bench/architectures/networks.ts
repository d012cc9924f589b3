import type { Graph } from '../../src/graph/graph.ts';
import type { Precision } from './builder.ts';
import { alexnet, googlenet, squeezenet, vgg } from './classics.ts';
import { inceptionV3, inceptionV4 } from './inceptions.ts';
import {
  efficientnetB0,
  efficientnetB4,
  efficientnetLite0,
  mnasnet,
  mobilenetV1,
  mobilenetV2,
  mobilenetV3,
} from './mobilenets.ts';
import { densenet, resnet, shufflenetV2 } from './residuals.ts';
import { tinyYoloV2, yolo11, yoloV4Tiny, yoloV5 } from './yolos.ts';

/** Published networks by name, `family`, `family-variant` or `family-variant-batch`; the part before the first hyphen is the family that is left out when it is predicted. */
export const networks: Readonly<Record<string, (precision: Precision) => Graph>> = {
  'alexnet-torchvision': (p) => alexnet(p),
  'alexnet-caffe': (p) => alexnet(p, true),
  'vgg-11': (p) => vgg(p, 11),
  'vgg-13': (p) => vgg(p, 13),
  'vgg-16': (p) => vgg(p, 16),
  'vgg-19': (p) => vgg(p, 19),
  'squeezenet-1.0': (p) => squeezenet(p, '1.0'),
  'squeezenet-1.1': (p) => squeezenet(p, '1.1'),
  'squeezenet-1.1-227': (p) => squeezenet(p, '1.1', 227),
  googlenet: (p) => googlenet(p),
  'inception-v3': (p) => inceptionV3(p),
  'inception-v4': (p) => inceptionV4(p),
  'mobilenet1-1.0': (p) => mobilenetV1(p),
  'mobilenet1-0.25': (p) => mobilenetV1(p, 0.25),
  'mobilenet2-1.0': (p) => mobilenetV2(p),
  'mobilenet2-1.0-batch4': (p) => mobilenetV2(p, 1, 224, 4),
  'mobilenet2-1.0-batch8': (p) => mobilenetV2(p, 1, 224, 8),
  'mobilenet2-0.5-128': (p) => mobilenetV2(p, 0.5, 128),
  'mobilenet3-large': (p) => mobilenetV3(p, 'large'),
  'mobilenet3-large-512': (p) => mobilenetV3(p, 'large', 512),
  'mobilenet3-large-512-batch4': (p) => mobilenetV3(p, 'large', 512, 4),
  'mobilenet3-small': (p) => mobilenetV3(p, 'small'),
  'mnasnet-0.5': (p) => mnasnet(p, 0.5),
  'mnasnet-0.75': (p) => mnasnet(p, 0.75),
  'mnasnet-1.0': (p) => mnasnet(p, 1),
  'mnasnet-1.3': (p) => mnasnet(p, 1.3),
  'efficientnet-b0': efficientnetB0,
  'efficientnet-b4': efficientnetB4,
  'efficientnet-lite0': efficientnetLite0,
  'resnet-18': (p) => resnet(p, 18),
  'resnet-34': (p) => resnet(p, 34),
  'resnet-50': (p) => resnet(p, 50),
  'resnet-101': (p) => resnet(p, 101),
  'resnet-152': (p) => resnet(p, 152),
  'densenet-121': (p) => densenet(p, 121),
  'densenet-161': (p) => densenet(p, 161),
  'densenet-169': (p) => densenet(p, 169),
  'densenet-201': (p) => densenet(p, 201),
  'shufflenet2-0.5': (p) => shufflenetV2(p, '0.5'),
  'shufflenet2-1.0': (p) => shufflenetV2(p, '1.0'),
  'shufflenet2-1.5': (p) => shufflenetV2(p, '1.5'),
  'shufflenet2-2.0': (p) => shufflenetV2(p, '2.0'),
  'yolo2-tiny-224': (p) => tinyYoloV2(p, 224),
  'yolo2-tiny-416': (p) => tinyYoloV2(p, 416),
  'yolo4-tiny': (p) => yoloV4Tiny(p),
  'yolo5-s-480x640': (p) => yoloV5(p, 's', 480, 640),
  'yolo5-m-480x640': (p) => yoloV5(p, 'm', 480, 640),
  'yolo11-n': (p) => yolo11(p, 'n'),
  'yolo11-n-320': (p) => yolo11(p, 'n', 320),
  'yolo11-s': (p) => yolo11(p, 's'),
  'yolo11-m': (p) => yolo11(p, 'm'),
  'yolo11-l': (p) => yolo11(p, 'l'),
  'yolo11-x': (p) => yolo11(p, 'x'),
};

/** The family of a network's name: `mobilenet2` of `mobilenet2-1.0-batch4`. */
export const familyOf = (name: string): string => name.split('-')[0] ?? name;
