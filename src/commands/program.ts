import { Command, CommanderError, Option } from 'commander';
import { gateVersion } from '../basics/version.ts';
import { UserError } from '../errors.ts';
import { defaultHistoryBranch } from '../history/files.ts';
import { exitCodes } from '../judge/exit-code.ts';
import { numberForms } from '../optimize/recipe.ts';
import { paintWith } from '../report/look.ts';
import { defaultTarget } from '../targets/default-target.ts';
import { dimensionOption } from './dimension-options.ts';
import { examples } from './examples.ts';
import { harmlessOutput, type Output } from './output.ts';
import { processOutput } from './process-output.ts';

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

function describeProgram(output: Output, exitWith: (code: number) => void): Command {
  const program = new Command('edge-ready')
    .description('Checks models against the RAM, flash, time, energy and accuracy that an edge device leaves for them.')
    .version(gateVersion)
    .exitOverride()
    .configureOutput({ writeOut: output.result, writeErr: (text) => output.note(text.trimEnd()) })
    .showHelpAfterError('(edge-ready --help shows what there is)');

  program
    .command('check')
    .description('Compare the models that changed between two commits and judge them by the budgets.')
    .option('--base <revision>', 'compare with the merge base of this revision (default: the default branch)')
    .option('--head <revision>', 'the commit to judge (default: HEAD)')
    .option('--config <file>', 'configuration within the repository (default: edge-ready.yml)')
    .option('--target <target...>', 'only these targets: names from the configuration, boards, or board/runtime')
    .option('--output <folder>', 'write report.html, report.json, comment.md and the optimised models there')
    .option('--no-cache', 'measure everything, also what an earlier run has measured')
    .addOption(
      new Option('--format <format>', 'what to print')
        .choices(['text', 'markdown', 'json', 'sarif', 'junit'])
        .default('text'),
    )
    .action(async (options) => {
      const { checkCommand } = await import('./check.ts');
      exitWith(await checkCommand(options, output));
    });

  dutyCycleOptions(modelOptions(program.command('measure <model>')))
    .description('Measure one model on a target: RAM, flash, latency, energy, accuracy, layers, findings.')
    .option('--json', 'print the Measurement as JSON')
    .action(async (model, options) => {
      const { measureCommand } = await import('./measure.ts');
      await measureCommand(model, options, output);
    });

  dutyCycleOptions(modelOptions(program.command('compare <base-model> [head-model]')))
    .description('Compare two model files on a target.')
    .option(
      '--with <network>',
      'instead of a base model: a public reference network, such as mlperf-tiny/keyword-spotting',
    )
    .option('--json', 'print the Comparison as JSON')
    .option('--html <file>', 'write the comparison with its figures as a page')
    .action(async (base, head, options) => {
      const { compareCommand } = await import('./compare.ts');
      exitWith(await compareCommand(base, head, options, output));
    });

  program
    .command('inspect <model>')
    .description('Print a model as text, a line per operator; git shows changes of models by it.')
    .option('--textconv', 'for git: never fails, whatever the file holds')
    .action(async (model, options) => {
      const { inspectCommand } = await import('./inspect.ts');
      inspectCommand(model, options, output);
    });

  modelOptions(program.command('optimize <model>'))
    .description('Write the model as its target would load it.')
    .requiredOption('--output <file>', "the file to write; .ort for ONNX Runtime's own format")
    .option(
      '--c-source <path>',
      'also write path.c and path.h: the array, its arena and its operators, for microcontrollers',
    )
    .option('--fit', 'look for the recipe that keeps the budgets with the highest accuracy, and show what was tried')
    .option('--config <file>', 'with --fit: whose budgets (default: edge-ready.yml, if there is one)')
    .option('--html <file>', 'with --fit: write the recipes with their plot as a page')
    .option('--json', 'print the Measurement of what was written as JSON; with --fit, everything that was tried')
    .action(async (model, options) => {
      const { optimizeCommand } = await import('./optimize.ts');
      await optimizeCommand(model, options, output);
    });

  program
    .command('schedule')
    .description('Show whether the models that share one core meet their deadlines and fit together.')
    .option('--config <file>', 'configuration with a "schedule" (default: edge-ready.yml)')
    .option('--target <target...>', 'only the schedules of these targets')
    .option('--json', 'print as JSON')
    .action(async (options) => {
      const { scheduleCommand } = await import('./schedule.ts');
      exitWith(await scheduleCommand(options, output));
    });

  dimensionOption(program.command('sensitivity <model>'))
    .description('Show which operators of a float model lose most when they become integers.')
    .option('--target <target>', 'board, or board/runtime, that loads .tflite', defaultTarget)
    .option('--calibration <file>', 'calibration set: .npz, .csv or a folder of images by class')
    .option('--json', 'print as JSON')
    .action(async (model, options) => {
      const { sensitivityCommand } = await import('./sensitivity.ts');
      await sensitivityCommand(model, options, output);
    });

  program
    .command('calibrate <results>')
    .description("Fit a board's coefficients to latencies that were measured on it.")
    .option('--target <target>', 'the board that was measured', defaultTarget)
    .option('--output <file>', 'write the board with the fitted coefficients there, as YAML')
    .option('--json', 'print as JSON')
    .action(async (results, options) => {
      const { calibrateCommand } = await import('./calibrate.ts');
      await calibrateCommand(results, options, output);
    });

  program
    .command('run <model>')
    .description("Run a .tflite in the device's own arithmetic: arrays in, arrays out.")
    .requiredOption('--input <file>', "an .npz with an array per input, by the tensor's name or as arr_0, arr_1 …")
    .requiredOption('--output <file>', 'the .npz to write, an array per output')
    .option('--steps', "run once for every index of the arrays' first axis, the model's state going on")
    .action(async (model, options) => {
      const { runCommand } = await import('./run.ts');
      runCommand(model, options, output);
    });

  program
    .command('targets [target]')
    .description('List the boards, or explain one: every number with its source.')
    .option('--fits <model>', 'list only those that run a model, with the RAM and flash that it leaves')
    .option('--compile', 'with --fits: ask the compilers of the targets too, as measure does; takes a minute')
    .option('--json', 'print as JSON')
    .action(async (target, options) => {
      if (options.fits !== undefined) {
        const { fitsCommand } = await import('./fits.ts');
        await fitsCommand(options.fits, options, output);
        return;
      }
      const { targetsCommand } = await import('./targets.ts');
      targetsCommand(target, options, output);
    });

  program
    .command('history [model]')
    .description('Print where the numbers have been, and which commits moved them; with --record, measure and record.')
    .option('--target <target...>', 'only these targets')
    .option(
      '--metric <metric...>',
      'list the commits of these metrics, as budgets call them: peak-ram, flash, latency …',
    )
    .option('--since <revision>', 'begin with what was in force at this tag or commit')
    .option('--branch <branch>', 'the data branch', defaultHistoryBranch)
    .option('--html <file>', 'write the page with a figure for every model and target')
    .option('--record [revision]', 'measure the models of a commit (default: HEAD) and record what is new first')
    .option('--push [remote]', 'with --record: write to the branch of a remote (default: origin), not of this clone')
    .option('--config <file>', 'with --record: configuration within the repository (default: edge-ready.yml)')
    .option('--json', 'print the recorded lines as JSON')
    .action(async (model, options) => {
      const { historyCommand } = await import('./history.ts');
      exitWith(await historyCommand(model, options, output));
    });

  program
    .command('init')
    .description(
      'Look at the repository and write edge-ready.yml, the workflow, and what git diff needs to show models; what exists is kept.',
    )
    .option('--yes', 'ask nothing')
    .option('--forks', 'also write the workflow that comments on pull requests from forks')
    .action(async (options) => {
      const { initCommand } = await import('./init.ts');
      await initCommand(options, output);
    });

  program
    .command('demo')
    .description('Make a repository with a pull request that regresses, check it, and show the comment.')
    .option(
      '--output <folder>',
      'write report.html, history.html, report.json, comment.md and the optimised models there',
    )
    .action(async (options) => {
      const { demoCommand } = await import('./demo.ts');
      exitWith(await demoCommand(options, output));
    });

  program
    .command('completion <shell>')
    .description('Print the script that completes commands and options in bash, zsh or fish.')
    .action(async (shell) => {
      const { completionScript } = await import('./completion.ts');
      output.result(completionScript(program, shell));
    });

  for (const command of program.commands) {
    const example = examples[command.name()];
    if (example === undefined) continue;
    command.addHelpText('after', `\nExample:\n  ${example}`);
    command.showHelpAfterError(`(such as: ${example})`);
  }
  return program;
}

/** What every command on a single model takes. */
function modelOptions(command: Command): Command {
  return dimensionOption(command)
    .option('--target <target>', 'board, or board/runtime; edge-ready targets lists them', defaultTarget)
    .option('--recipe <recipe>', `what optimisation may do: ${numberForms.join(', ')}, with steps behind it`, 'auto')
    .option('--calibration <file>', 'calibration set: .npz, .csv or a folder of images by class')
    .option('--evaluation <file>', 'labelled evaluation set, for accuracy')
    .option('--metric <metric>', 'accuracy metric', 'top-1');
}

/** How often a model runs: for its average power, and how long a battery lasts. */
function dutyCycleOptions(command: Command): Command {
  return command
    .option('--every <time>', 'how often it runs, such as 1s: gives average power and duty')
    .option(
      '--battery <battery>',
      'with --every: the battery whose days are counted, such as CR2032, 2xAA, lipo-500mAh',
    )
    .option('--sleep <power>', "with --every: what the device takes between inferences, instead of the board's figure");
}
