import { UserError } from '../../errors.ts';
import { readTflite } from '../../formats/tflite/read.ts';
import { OnnxRuntimeError, requireOnnxRuntime } from '../../onnx-runtime/session.ts';
import { openOnnxRecorder } from '../onnx-recorder.ts';
import type { Recorder } from '../recorder.ts';
import { openTfliteRecorder } from '../tflite-recorder.ts';
import type { RecordingAnswer, RecordingRequest, RecordingTask } from './recording-task.ts';

/** What a thread that records does: opens the model once, then answers requests in turn. */
export function answerRecording(task: RecordingTask): (request: RecordingRequest) => Promise<RecordingAnswer> {
  const recorder = open(task);
  // Whoever asks first hears of a failure.
  recorder.catch(() => {});
  return async (request) => {
    try {
      if (request === 'histograms') return { histograms: await (await recorder).histograms() };
      await (await recorder).record(request);
      return { histograms: [] };
    } catch (error) {
      if (error instanceof UserError) return { failure: error.message, isRefusal: false };
      if (error instanceof OnnxRuntimeError) return { failure: error.message, isRefusal: true };
      throw error;
    }
  };
}

async function open(task: RecordingTask): Promise<Recorder> {
  return task.kind === 'record-onnx'
    ? openOnnxRecorder(task.recording, requireOnnxRuntime(task.place, 'installed'), 1)
    : openTfliteRecorder(readTflite(task.model, 'the model'), task.extents);
}
