import { UserError } from '../../errors.ts';
import { readTflite } from '../../formats/tflite/read.ts';
import { openTfliteRecorder } from '../tflite-recorder.ts';
import type { RecordingAnswer, RecordingRequest, RecordingTask } from './recording-task.ts';

/** What a thread that records does: opens the model once, then answers requests in turn. */
export function answerRecording(task: RecordingTask): (request: RecordingRequest) => Promise<RecordingAnswer> {
  const recorder = openTfliteRecorder(readTflite(task.model, 'the model'), task.extents);
  return async (request) => {
    try {
      if (request === 'histograms') return { histograms: await recorder.histograms() };
      await recorder.record(request.feeds, request.sample);
      return { histograms: [] };
    } catch (error) {
      if (error instanceof UserError) return { failure: error.message };
      throw error;
    }
  };
}
