import type { Command } from 'commander';
import type { DiagnosisJson } from '../../http/api/represent/refusal.ts';
import { addExamples } from '../examples.ts';
import { pathPart } from '../path-part.ts';
import type { Attach } from '../session.ts';
import { addDataSettings } from '../settings-options.ts';
import { printableLine } from '../style.ts';

export function addEventDiagnose(parent: Command, attach: Attach): void {
  const command = parent
    .command('diagnose')
    .description('Say why a request does not pass its webhook’s source: the signature doctor.')
    .argument('<id>', 'of an event, or of a refusal (`webhook refusals`)');
  addDataSettings(command);
  addExamples(
    command,
    'hookwright event diagnose ref_01KS…',
    'hookwright event diagnose evt_01KS…',
  );
  attach(command, async (session, id) => {
    const kind = id?.startsWith('ref_') === true ? 'refusals' : 'events';
    await session.withApi(async (api) => {
      const path = `/${kind}/${pathPart(id)}/diagnosis`;
      session.show(await api.json<DiagnosisJson>('GET', path), diagnosisText);
    });
  });
}

const VERDICTS: Readonly<Record<DiagnosisJson['verdict'], string>> = {
  accepted: 'It passes, with the source and the secrets that the webhook has now.',
  handshake: 'It is a handshake, which is answered and starts nothing.',
  refused: 'It does not pass.',
  fetch: 'Its sender’s certificate would have to be fetched, which the doctor does not.',
};

function diagnosisText({ verdict, reason, whole, findings }: DiagnosisJson): string {
  return [
    VERDICTS[verdict],
    ...(reason === null ? [] : [printableLine(reason)]),
    ...(whole ? [] : ['Only the beginning of its body is kept, so more cannot be said.']),
    ...findings.flatMap(({ says, next }) => ['', printableLine(says), `  ${printableLine(next)}`]),
  ].join('\n');
}
