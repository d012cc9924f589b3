import type { Command, Option } from 'commander';
import { markdownTable } from 'markdown-table';
import { examples } from '../../src/commands/examples.ts';
import { commandLine } from '../../src/commands/program.ts';

/** docs/reference-commands.md: every command with its options and an example, from what `--help` prints. */
export function commandsReference(): string {
  return `<!-- Written by npm run docs from src/commands. -->
# Reference: the command line

\`edge-ready\` is \`dist/cli.js\`; \`npm install --global .\` in a clone puts it on the \`PATH\`. Exit code 0: within the budgets, or only warnings; 1: a budget failed; 2: it could not be judged, with one sentence that says why and what to do.
With \`--json\` there is one JSON document on standard output and nothing else; words for people and progress go to standard error.
Tables fit the terminal and are whole in a pipe. Colour is for terminals: \`NO_COLOR=1\` takes it away, \`FORCE_COLOR=1\` gives it to a pipe too.

${commandLine().commands.map(section).join('\n\n')}
`;
}

function section(command: Command): string {
  const usage = `edge-ready ${command.name()} ${command.usage()}`;
  const options = command.options.map((option) => [`\`${option.flags}\``, cellOf(option)]);
  return `## edge-ready ${command.name()}

${command.description()}

\`\`\`sh
${usage}
${examples[command.name()] === undefined ? '' : `\n# such as\n${examples[command.name()]}\n`}\`\`\`
${options.length === 0 ? '' : `\n${markdownTable([['option', 'what it does'], ...options], { alignDelimiters: false })}`}`.trimEnd();
}

function cellOf({ description, defaultValue, argChoices, mandatory }: Option): string {
  const isTold = defaultValue !== undefined && defaultValue !== true && String(defaultValue) !== '';
  return [
    description.replaceAll('|', '\\|').replaceAll('<', '&lt;'),
    ...(argChoices === undefined ? [] : [`one of ${argChoices.map((choice) => `\`${choice}\``).join(', ')}`]),
    ...(isTold ? [`default \`${defaultValue}\``] : []),
    ...(mandatory ? ['has to be given'] : []),
  ].join('; ');
}
