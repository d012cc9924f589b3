// Everything that is claimed of the tflm runtime beside what TensorFlow Lite Micro itself did: arena, refusals, outputs, instructions, flash, savings, speed.
//   node scripts/run-ts.mjs bench/tflm.ts
import './tflm-arena.ts';
import './tflm-refusals.ts';
import './tflm-outputs.ts';
import './tflm-instructions.ts';
import './tflm-flash.ts';
import './tflm-lossless.ts';
