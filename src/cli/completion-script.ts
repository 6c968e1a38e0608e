import type { Command } from 'commander';
import { flagOf, optionsOf } from './usage-error.ts';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

export function isShell(name: string): name is Shell {
  return (SHELLS as readonly string[]).includes(name);
}

/** What may follow a command: `['webhook', 'create']` has options and no commands of its own. */
interface Place {
  readonly path: readonly string[];
  readonly commands: readonly string[];
  readonly options: readonly string[];
  /** Those of its options that a value follows. */
  readonly valued: readonly string[];
  /** Whether it takes an argument that may be a file. */
  readonly files: boolean;
}

/** What arguments are called that files and folders are given for. */
const FILE_ARGUMENTS = /^(?:file|folder|package|paths?)$/;

/** A script that completes commands and options of a tree, and files where neither fits. */
export function completionScript(program: Command, shell: Shell): string {
  const places = placesOf(program, []);
  switch (shell) {
    case 'bash':
      return bash(program.name(), places);
    case 'zsh':
      return zsh(program.name(), places);
    case 'fish':
      return fish(program.name(), places);
  }
}

function placesOf(command: Command, path: readonly string[]): Place[] {
  const commands = command.commands.map((child) => child.name());
  return [
    {
      path,
      commands,
      options: optionsOf(command).map(flagOf),
      valued: optionsOf(command)
        .filter(({ required, optional }) => required || optional)
        .map(flagOf),
      files: command.registeredArguments.some((argument) => FILE_ARGUMENTS.test(argument.name())),
    },
    ...command.commands.flatMap((child) => placesOf(child, [...path, child.name()])),
  ];
}

/** Patterns of a shell's `case`: commands with those above them, such as `"webhook create"`. */
function steps(places: readonly Place[]): string {
  return places
    .filter(({ path }) => path.length > 0)
    .map(({ path }) => `"${path.join(' ')}"`)
    .join('|');
}

function offers(
  places: readonly Place[],
  assign: (words: string, valued: string, files: boolean) => string,
): string {
  return places
    .map(({ path, commands, options, valued, files }) => {
      const words = [...commands, ...options].join(' ');
      return `    "${path.join(' ')}") ${assign(words, valued.join(' '), files)} ;;`;
    })
    .join('\n');
}

function bash(name: string, places: readonly Place[]): string {
  return `# Completion of ${name} for bash: eval "$(${name} completion bash)"
_${name}() {
  local at="" word words valued="" files="" i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${at:+$at }\${COMP_WORDS[i]}"
    case "$word" in
      ${steps(places)}) at="$word" ;;
    esac
  done
  case "$at" in
${offers(places, (words, valued, files) => `words="${words}" valued="${valued}"${files ? ' files=1' : ''}`)}
  esac
  # What follows an option with a value is that value, which may be a file and is no option.
  case " $valued " in *" \${COMP_WORDS[COMP_CWORD - 1]} "*) words="" files=1 ;; esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
  # Where a file may stand beside commands, it must not take a command's letters to find it.
  if [ -n "$files" ]; then
    compopt -o filenames 2> /dev/null
    while IFS= read -r word; do COMPREPLY+=("$word"); done \\
      < <(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}")
  fi
}
complete -o default -F _${name} ${name}
`;
}

function zsh(name: string, places: readonly Place[]): string {
  return `#compdef ${name}
# Completion of ${name} for zsh: ${name} completion zsh > "\${fpath[1]}/_${name}"
_${name}() {
  local at="" word i
  local -a offers valued
  for ((i = 2; i < CURRENT; i++)); do
    word="\${at:+$at }\${words[i]}"
    case "$word" in
      ${steps(places)}) at="$word" ;;
    esac
  done
  case "$at" in
${offers(places, (words, valued) => `offers=(${words}) valued=(${valued})`)}
  esac
  (( \${valued[(Ie)\${words[CURRENT-1]}]} )) || compadd -- $offers
  _files
}
if [ "\${funcstack[1]}" = "_${name}" ]; then _${name} "$@"; else compdef _${name} ${name}; fi
`;
}

function fish(name: string, places: readonly Place[]): string {
  const lines = places
    .filter(({ path }) => path.length > 0)
    .map(({ path }) => `      case '${path.join(' ')}'\n        set at $word`);
  const completions = places.flatMap(({ path, commands, options, valued, files }) => {
    const condition = `-n '__${name}_at "${path.join(' ')}"'`;
    return [
      ...(commands.length > 0
        ? [`complete -c ${name} ${files ? '' : '-f '}${condition} -a '${commands.join(' ')}'`]
        : []),
      ...options.map((flag) => {
        const value = valued.includes(flag) ? ' -r' : '';
        return `complete -c ${name} ${condition} -l ${flag.slice(2)}${value}`;
      }),
    ];
  });
  return `# Completion of ${name} for fish
function __${name}_at
  set -l at ''
  for part in (commandline -opc)[2..-1]
    set -l word (string trim "$at $part")
    switch $word
${lines.join('\n')}
    end
  end
  test "$at" = "$argv[1]"
end
${completions.join('\n')}
`;
}
