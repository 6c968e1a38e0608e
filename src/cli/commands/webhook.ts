import type { Command } from 'commander';
import type { Attach } from '../session.ts';
import { addWebhookCreate } from './webhook-create.ts';
import { addWebhookDelete } from './webhook-delete.ts';
import { addWebhookEdit } from './webhook-edit.ts';
import { addWebhookList } from './webhook-list.ts';
import { addWebhookPause, addWebhookResume } from './webhook-pause.ts';
import { addWebhookRefusals } from './webhook-refusals.ts';
import { addWebhookRotate } from './webhook-rotate.ts';
import { addWebhookSend } from './webhook-send.ts';
import { addWebhookShow } from './webhook-show.ts';

export function addWebhook(program: Command, attach: Attach): void {
  const webhook = program.command('webhook').description('Make, list and change webhooks.');
  addWebhookCreate(webhook, attach);
  addWebhookList(webhook, attach);
  addWebhookShow(webhook, attach);
  addWebhookSend(webhook, attach);
  addWebhookRefusals(webhook, attach);
  addWebhookEdit(webhook, attach);
  addWebhookPause(webhook, attach);
  addWebhookResume(webhook, attach);
  addWebhookRotate(webhook, attach);
  addWebhookDelete(webhook, attach);
}
