import type { Command } from 'commander';
import type { Attach } from '../session.ts';
import { addDeliveryCancel, addDeliveryResend } from './delivery-change.ts';
import { addDeliveryList } from './delivery-list.ts';
import { addDeliveryShow } from './delivery-show.ts';

export function addDelivery(program: Command, attach: Attach): void {
  const delivery = program
    .command('delivery')
    .description('Look at what hooks were sent, send it again, cancel it.');
  addDeliveryList(delivery, attach);
  addDeliveryShow(delivery, attach);
  addDeliveryResend(delivery, attach);
  addDeliveryCancel(delivery, attach);
}
