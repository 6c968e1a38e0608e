import type { Clock } from '../../core/clock.ts';
import type { EmitArgs, HookArgs, StateArgs } from '../../core/effect.ts';
import { derivedId } from '../../core/ids.ts';
import type { EffectPlace, NewMessage, RunStore } from '../ports.ts';
import type { EffectContext, Perform } from './performer.ts';

export interface InternalParts {
  readonly store: Pick<RunStore, 'performState' | 'storeMessage'>;
  readonly clock: Clock;
}

/** `state`: the store performs it and writes its result in one transaction, so exactly once. */
export function statePerformer({ store, clock }: InternalParts): Perform {
  return async (context) => {
    const place = placeOf(context, clock);
    const args = JSON.parse(context.entry.args) as StateArgs;
    const result = await store.performState(place, args);
    return { how: 'stored', result, at: place.at, arrival: place.arrival };
  };
}

/** `emit` and `hook`: the message is stored with the result; sending it is the hooks' matter. */
export function messagePerformer({ store, clock }: InternalParts): Perform {
  return async (context) => {
    const place = placeOf(context, clock);
    const result = await store.storeMessage(place, messageOf(context));
    return { how: 'stored', result, at: place.at, arrival: place.arrival };
  };
}

function placeOf({ run, entry, reserveArrival }: EffectContext, clock: Clock): EffectPlace {
  return { runId: run.id, number: entry.number, at: clock(), arrival: reserveArrival() };
}

function messageOf({ run, entry }: EffectContext): NewMessage {
  const args = JSON.parse(entry.args) as EmitArgs | HookArgs;
  return {
    id: derivedId('msg', entry.beganAt, `${run.id}/${run.attempt}/${entry.number}`),
    kind: 'topic' in args ? 'emit' : 'hook',
    to: 'topic' in args ? args.topic : args.hook,
    data: JSON.stringify(args.data ?? null),
    createdAt: entry.beganAt,
  };
}
