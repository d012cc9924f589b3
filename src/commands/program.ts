import { Command, CommanderError, Help } from 'commander';
import { gateVersion } from '../basics/version.ts';
import { UserError } from '../errors.ts';
import { exitCodes } from '../judge/exit-code.ts';
import { paintWith } from '../report/look.ts';
import { examples } from './examples.ts';
import {
  describeCalibrate,
  describeCompare,
  describeInspect,
  describeMeasure,
  describeOptimize,
  describeRun,
  describeSensitivity,
  describeTargets,
} from './model-commands.ts';
import { harmlessOutput, type Output } from './output.ts';
import { processOutput } from './process-output.ts';
import {
  describeCheck,
  describeCompletion,
  describeDemo,
  describeHistory,
  describeInit,
  describeSchedule,
} from './repository-commands.ts';

/**
 * The command line as a whole: parses the arguments, runs the command, gives the exit code. Never throws.
 * Commands are loaded when they are asked for, so that `--help` and small commands start at once.
 */
export async function runCommandLine(args: readonly string[], to: Output = processOutput()): Promise<number> {
  const output = harmlessOutput(to);
  let exitCode: number = exitCodes.pass;
  const program = describeProgram(output, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.pass : exitCodes.error;
    const label = paintWith(output.noteOptions ?? {})('bad', 'error');
    if (error instanceof UserError) output.note(`${label}: ${error.message}`);
    else
      output.note(
        `${label}: this is a bug in edge-ready-gate; please report it with what follows.\n${error instanceof Error ? error.stack : error}`,
      );
    return exitCodes.error;
  }
}

/** The commands with their options, for who describes them; to be run by `runCommandLine`. */
export function commandLine(): Command {
  return describeProgram({ result: () => {}, note: () => {} }, () => {});
}

/** In the order in which the help shows them. */
const commands = [
  describeCheck,
  describeMeasure,
  describeCompare,
  describeInspect,
  describeOptimize,
  describeSchedule,
  describeSensitivity,
  describeCalibrate,
  describeRun,
  describeTargets,
  describeHistory,
  describeInit,
  describeDemo,
  describeCompletion,
];

const plainHelp = new Help();

function describeProgram(output: Output, exitWith: (code: number) => void): Command {
  const program = new Command('edge-ready')
    .description('Checks models against the RAM, flash, time, energy and accuracy that an edge device leaves for them.')
    .version(gateVersion)
    .exitOverride()
    .configureHelp({
      optionDescription: (option) =>
        `${plainHelp.optionDescription(option)}${option.mandatory ? ' (has to be given)' : ''}`,
    })
    .configureOutput({ writeOut: output.result, writeErr: (text) => output.note(text.trimEnd()) })
    .showHelpAfterError('(edge-ready --help shows what there is)');

  for (const describe of commands) describe(program, { output, exitWith });
  for (const command of program.commands) {
    const example = examples[command.name()];
    if (example === undefined) continue;
    command.addHelpText('after', `\nExample:\n  ${example}`);
    command.showHelpAfterError(`(such as: ${example})`);
  }
  return program;
}
