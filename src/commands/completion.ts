import type { Command, Option } from 'commander';
import { suggestion } from '../basics/nearest.ts';
import { UserError } from '../errors.ts';
import { boardIds } from '../targets/load.ts';

const shells = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;

/**
 * `edge-ready completion SHELL`: the script that lets a shell complete commands, options, their choices and boards; files where an option takes one.
 * @throws UserError for another shell
 */
export function completionScript(program: Command, shell: string): string {
  const make = Object.hasOwn(shells, shell) ? shells[shell as keyof typeof shells] : undefined;
  if (make === undefined) {
    throw new UserError(`There is no completion for "${shell}"${suggestion(shell, Object.keys(shells))}`);
  }
  return make(program);
}

/** What may follow an option, where it is one of few: its choices, or a board. */
function valuesOf({ long, argChoices }: Option): readonly string[] {
  return argChoices ?? (long === '--target' ? boardIds : []);
}

function longNames(command: Command): readonly string[] {
  return [...command.options.flatMap(({ long }) => long ?? []), '--help'];
}

function bashScript(program: Command): string {
  const options = program.commands.flatMap((command) => command.options);
  const valued = new Map(
    options.filter((option) => valuesOf(option).length > 0).map((option) => [option.long, valuesOf(option)]),
  );
  const takesFile = [
    ...new Set(options.filter((option) => option.required && valuesOf(option).length === 0).map(({ long }) => long)),
  ];
  return [
    '# Completion of edge-ready for bash. To use it: eval "$(edge-ready completion bash)"',
    '_edge_ready() {',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's
    '  local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}" words=""',
    '  case "$previous" in',
    ...[...valued].map(
      ([long, values]) => `    ${long}) COMPREPLY=($(compgen -W "${values.join(' ')}" -- "$current")); return ;;`,
    ),
    `    ${takesFile.join('|')}) COMPREPLY=($(compgen -f -- "$current")); return ;;`,
    '  esac',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's
    '  case "${COMP_WORDS[1]}" in',
    ...program.commands.map((command) => `    ${command.name()}) words="${longNames(command).join(' ')}" ;;`),
    '  esac',
    `  if [ "$COMP_CWORD" -eq 1 ]; then COMPREPLY=($(compgen -W "${program.commands.map((command) => command.name()).join(' ')} --help --version" -- "$current")); return; fi`,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's
    '  if [ "${COMP_WORDS[1]}" = targets ] && [[ "$current" != -* ]]; then',
    `    COMPREPLY=($(compgen -W "${boardIds.join(' ')}" -- "$current")); return`,
    '  fi',
    '  if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "$words" -- "$current")); else COMPREPLY=($(compgen -f -- "$current")); fi',
    '}',
    'complete -o filenames -F _edge_ready edge-ready',
    '',
  ].join('\n');
}

/** zsh runs bash's function. */
function zshScript(program: Command): string {
  return `autoload -U +X bashcompinit && bashcompinit\n${bashScript(program)}`;
}

function fishScript(program: Command): string {
  const quoted = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  return [
    '# Completion of edge-ready for fish. To use it: edge-ready completion fish | source',
    ...program.commands.map(
      (command) =>
        `complete -c edge-ready -n __fish_use_subcommand -f -a ${command.name()} -d ${quoted(command.description())}`,
    ),
    `complete -c edge-ready -n '__fish_seen_subcommand_from targets' -f -a ${quoted(boardIds.join(' '))}`,
    ...program.commands.flatMap((command) =>
      command.options.map((option) => {
        const values = valuesOf(option);
        const value = values.length > 0 ? ` -x -a ${quoted(values.join(' '))}` : option.required ? ' -r' : '';
        return `complete -c edge-ready -n ${quoted(`__fish_seen_subcommand_from ${command.name()}`)} -l ${option.long?.slice(2)}${value} -d ${quoted(option.description)}`;
      }),
    ),
    '',
  ].join('\n');
}
