import { parentPort, workerData } from 'node:worker_threads';
import { type Batch, type EvaluationTask, runSamples } from './accuracy/threads/run-samples.ts';
import { answerRecording } from './calibrate/threads/answer.ts';
import { answerCounting } from './calibrate/threads/counter.ts';
import type {
  CountingRequest,
  CountingTask,
  RecordingRequest,
  RecordingTask,
} from './calibrate/threads/recording-task.ts';
import { readTflite } from './formats/tflite/read.ts';
import { openInterpreter } from './kernels/run-graph.ts';
import { unpackWeights } from './passes/tflite/unpack-weights.ts';
import type { SideQuestion, SidesTask } from './sides/answer.ts';

/** A thread: opens the model that it is started with, answers every request about it. */
const task = workerData as EvaluationTask | CountingTask | RecordingTask | SidesTask;
if (task.kind === 'evaluate') {
  const interpreter = openInterpreter(unpackWeights(readTflite(task.model, 'the model')));
  parentPort?.on('message', (batch: Batch) => parentPort?.postMessage(runSamples(interpreter, batch)));
} else if (task.kind === 'count') {
  const answer = answerCounting(task.watched);
  parentPort?.on('message', (request: CountingRequest) => parentPort?.postMessage(answer(request)));
} else if (task.kind === 'sides') {
  // The whole engine, which the other threads do not need.
  const { answerSides } = await import('./sides/answer.ts');
  const answer = answerSides(task);
  parentPort?.on('message', async (question: SideQuestion) => parentPort?.postMessage(await answer(question)));
} else {
  const answer = answerRecording(task);
  parentPort?.on('message', async (request: RecordingRequest) => parentPort?.postMessage(await answer(request)));
}
