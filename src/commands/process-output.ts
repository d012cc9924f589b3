import type { TextOptions } from '../report/look.ts';
import type { Output } from './output.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What of a stream decides how it is written to. */
interface Stream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly hasColors?: (environment: object) => boolean;
  readonly write: (text: string) => unknown;
}

/**
 * What a stream can show. A terminal has a width and, unless `NO_COLOR` or its kind (`TERM=dumb`) say otherwise, colour; a pipe or a file has neither.
 * `FORCE_COLOR` gives colour to both, and 0 or false takes it, as Node does it and whatever `NO_COLOR` says.
 */
export function optionsOf(stream: Stream, environment: Environment): TextOptions {
  const { FORCE_COLOR: forced, NO_COLOR: refused } = environment;
  const isTerminal = stream.isTTY === true;
  const chosen = isTerminal && (refused ?? '') === '' && (stream.hasColors?.(environment) ?? false);
  return {
    ...(isTerminal && stream.columns !== undefined && stream.columns > 0 ? { width: stream.columns } : {}),
    colour: forced === undefined ? chosen : !['0', 'false'].includes(forced),
  };
}

/** The output of this process. */
export function processOutput(): Output {
  return openOutput(process.stdout, process.stderr, process.env);
}

/** From the start of the line to its end. */
const eraseLine = '\r\u001b[K';

/** The output of a process. A line of status is there only while nothing else is written. */
export function openOutput(stdout: Stream, stderr: Stream, environment: Environment): Output {
  const noteOptions = optionsOf(stderr, environment);
  let hasStatus = false;
  const clear = () => {
    if (hasStatus) stderr.write(eraseLine);
    hasStatus = false;
  };
  return {
    result: (text) => {
      clear();
      stdout.write(text.endsWith('\n') ? text : `${text}\n`);
    },
    note: (text) => {
      clear();
      stderr.write(`${text}\n`);
    },
    resultOptions: optionsOf(stdout, environment),
    noteOptions,
    ...(stderr.isTTY === true && environment.TERM !== 'dumb'
      ? {
          status: (line) => {
            clear();
            stderr.write(line);
            hasStatus = line !== '';
          },
        }
      : {}),
  };
}
