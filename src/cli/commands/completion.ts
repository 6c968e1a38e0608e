import type { Command } from 'commander';
import { HookwrightError } from '../../core/errors.ts';
import { completionScript, isShell, SHELLS } from '../completion-script.ts';
import { addExamples } from '../examples.ts';
import type { Attach } from '../session.ts';

export function addCompletion(program: Command, attach: Attach): void {
  const command = program
    .command('completion')
    .description('Print what teaches a shell to complete this command.')
    .argument('<shell>', SHELLS.join(', '));
  addExamples(
    command,
    `echo 'eval "$(hookwright completion bash)"' >> ~/.bashrc`,
    'hookwright completion zsh > "$' + '{fpath[1]}/_hookwright"',
    'hookwright completion fish > ~/.config/fish/completions/hookwright.fish',
  );
  attach(command, async (session, shell = '') => {
    if (!isShell(shell)) {
      throw new HookwrightError(
        'usage.invalid',
        `Expected one of ${SHELLS.join(', ')}, got ${JSON.stringify(shell)}.`,
      );
    }
    session.surroundings.out.write(completionScript(program, shell));
  });
}
