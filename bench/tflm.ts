// Everything that is claimed of the tflm runtime beside what TensorFlow Lite Micro itself did: arena, refusals, outputs, instructions, flash, boards, savings, speed.
//   node scripts/run-ts.mjs bench/tflm.ts
await import('./tflm-arena.ts');
await import('./tflm-refusals.ts');
await import('./tflm-outputs.ts');
await import('./tflm-instructions.ts');
await import('./tflm-flash.ts');
await import('./tflm-boards.ts');
await import('./tflm-lossless.ts');
