/** Simplification alone as a program, for what a whole process takes: reads a file, writes a file. */
import { readFileSync, writeFileSync } from 'node:fs';
import { readOnnx } from '../src/formats/onnx/read.ts';
import { writeOnnx } from '../src/formats/onnx/write.ts';
import { simplifyOnnx } from '../src/passes/simplify.ts';

const [input = '', output = ''] = process.argv.slice(2);
writeFileSync(output, writeOnnx(simplifyOnnx(readOnnx(readFileSync(input), input))));
