import type { ModulePlace } from '../../onnx-runtime/session.ts';
import type { Histogram } from '../histogram.ts';
import type { OnnxRecording } from '../onnx-recorder.ts';
import type { Feeds } from '../recorder.ts';

/** What a thread is started with to record samples: an ONNX model and where ONNX Runtime is, or a `.tflite` whose outputs are watched. */
export type RecordingTask =
  | { readonly kind: 'record-onnx'; readonly recording: OnnxRecording; readonly place: ModulePlace }
  | { readonly kind: 'record-tflite'; readonly model: Uint8Array; readonly extents: boolean };

/** A sample to record, or the wish to have what was recorded. */
export type RecordingRequest = Feeds | 'histograms';

export type RecordingAnswer =
  | { readonly histograms: readonly Histogram[] }
  /** A failure that is the model's or the data's, in words: of the kind `UserError`, or ONNX Runtime's refusal of the model. */
  | { readonly failure: string; readonly isRefusal: boolean };
