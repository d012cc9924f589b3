import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readTflite } from '../../src/formats/tflite/read.ts';
import type { Graph } from '../../src/graph/graph.ts';
import { referenceDirectory } from '../reference.ts';

const files = {
  'autoencoder-mlperf-tiny': 'anomaly_detection/trained_models/ad01_int8.tflite',
  'dscnn-mlperf-tiny': 'keyword_spotting/trained_models/kws_ref_model.tflite',
  'resnet-8-mlperf-tiny': 'image_classification/trained_models/pretrainedResnet_quant.tflite',
  'mobilenet1-0.25-96-mlperf-tiny': 'visual_wake_words/trained_models/vww_96_int8.tflite',
} as const;

/** The int8 networks of MLPerf Tiny, by names whose families are those of `networks.ts`. */
export function mlperfTiny(): Readonly<Record<keyof typeof files, Graph>> {
  const folder = path.join(referenceDirectory, 'models', 'mlcommons+tiny', 'benchmark', 'training');
  const load = (name: keyof typeof files) => readTflite(readFileSync(path.join(folder, files[name])), files[name]);
  return {
    'autoencoder-mlperf-tiny': load('autoencoder-mlperf-tiny'),
    'dscnn-mlperf-tiny': load('dscnn-mlperf-tiny'),
    'resnet-8-mlperf-tiny': load('resnet-8-mlperf-tiny'),
    'mobilenet1-0.25-96-mlperf-tiny': load('mobilenet1-0.25-96-mlperf-tiny'),
  };
}
