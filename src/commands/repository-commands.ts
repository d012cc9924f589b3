import { type Command, Option } from 'commander';
import { defaultHistoryBranch } from '../history/files.ts';
import type { Call } from './call.ts';

/** `edge-ready check`: its arguments and options. */
export function describeCheck(program: Command, call: Call): void {
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
      call.exitWith(await checkCommand(options, call.output));
    });
}

/** `edge-ready schedule`: its arguments and options. */
export function describeSchedule(program: Command, call: Call): void {
  program
    .command('schedule')
    .description('Show whether the models that share one core meet their deadlines and fit together.')
    .option('--config <file>', 'configuration with a "schedule" (default: edge-ready.yml)')
    .option('--target <target...>', 'only the schedules of these targets')
    .option('--json', 'print as JSON')
    .action(async (options) => {
      const { scheduleCommand } = await import('./schedule.ts');
      call.exitWith(await scheduleCommand(options, call.output));
    });
}

/** `edge-ready history`: its arguments and options. */
export function describeHistory(program: Command, call: Call): void {
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
      call.exitWith(await historyCommand(model, options, call.output));
    });
}

/** `edge-ready init`: its arguments and options. */
export function describeInit(program: Command, call: Call): void {
  program
    .command('init')
    .description(
      'Look at the repository and write edge-ready.yml, the workflow, and what git diff needs to show models; what exists is kept.',
    )
    .option('--yes', 'ask nothing')
    .option('--forks', 'also write the workflow that comments on pull requests from forks')
    .action(async (options) => {
      const { initCommand } = await import('./init.ts');
      await initCommand(options, call.output);
    });
}

/** `edge-ready demo`: its arguments and options. */
export function describeDemo(program: Command, call: Call): void {
  program
    .command('demo')
    .description('Make a repository with a pull request that regresses, check it, and show the comment.')
    .option(
      '--output <folder>',
      'write report.html, history.html, report.json, comment.md and the optimised models there',
    )
    .action(async (options) => {
      const { demoCommand } = await import('./demo.ts');
      call.exitWith(await demoCommand(options, call.output));
    });
}

/** `edge-ready completion`: its arguments and options. */
export function describeCompletion(program: Command, call: Call): void {
  program
    .command('completion <shell>')
    .description('Print the script that completes commands and options in bash, zsh or fish.')
    .action(async (shell) => {
      const { completionScript } = await import('./completion.ts');
      call.output.result(completionScript(program, shell));
    });
}
