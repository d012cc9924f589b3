import { makeTool } from '../tools/make-tool.ts';
import { onPath } from '../tools/on-path.ts';

/** TensorRT's command line tool, as JetPack brings it. Any version will do: an engine is for the version that made it. */
export const trtexec = makeTool({
  id: 'trtexec',
  title: 'trtexec',
  howToGet:
    'Run the gate on a self-hosted runner on the Jetson itself, with trtexec on PATH (JetPack has it in /usr/src/tensorrt/bin).',
  locators: [
    onPath({
      names: ['trtexec'],
      versionArguments: ['--help'],
      // Its first line: `&&&& RUNNING TensorRT.trtexec [TensorRT v8502] …`, with two digits for each part but the first.
      readVersion: (printed) => versionOf(/\[TensorRT v(\d{4,6})\]/.exec(printed)?.[1]),
    }),
  ],
});

/** `8502` is 8.5.2, `100200` is 10.2.0. */
function versionOf(digits: string | undefined): string | undefined {
  if (digits === undefined) return undefined;
  const number = Number(digits);
  // Up to TensorRT 9 two digits for minor and patch, from 10 on as well with a major of two digits.
  return digits.length <= 4
    ? `${Math.floor(number / 1000)}.${Math.floor(number / 100) % 10}.${number % 100}`
    : `${Math.floor(number / 10_000)}.${Math.floor(number / 100) % 100}.${number % 100}`;
}
