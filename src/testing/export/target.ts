import type {
  CallArgs,
  EffectRequest,
  EmitArgs,
  HookArgs,
  HttpArgs,
  StateArgs,
} from '../../core/effect.ts';
import { policyMistake } from '../target.ts';

type Targeted = Exclude<EffectRequest['kind'], 'wait'>;

/** The pattern of a test file that fits an effect's target, and little else. */
export function patternOf(kind: Targeted, args: string): string {
  const exact = exactOf(kind, JSON.parse(args) as never);
  return policyMistake(kind, exact) === undefined ? exact : widest(kind, args);
}

function exactOf(kind: Targeted, args: unknown): string {
  switch (kind) {
    case 'http': {
      const { method, url } = args as HttpArgs;
      if (!URL.canParse(url)) return '';
      const { origin, pathname, search } = new URL(url);
      const query = search === '' ? '' : `?${literal(search.slice(1), '&')}`;
      return `${method} ${origin}${literal(pathname, '/')}${query}`;
    }
    case 'state': {
      const { op, key } = args as StateArgs;
      return `${op} ${literal(key, '/')}`;
    }
    case 'call':
      return literal((args as CallArgs).function, '.');
    case 'emit':
      return literal((args as EmitArgs).topic, '.');
    case 'hook':
      return literal((args as HookArgs).hook, '.');
  }
}

/** `**` in a name is no name for a pattern; a single star fits it. */
function literal(name: string, separator: string): string {
  return name
    .split(separator)
    .map((segment) => (segment.includes('**') ? '*' : segment))
    .join(separator);
}

/** For names that no pattern can be written of. */
function widest(kind: Targeted, args: string): string {
  if (kind === 'state') return `${(JSON.parse(args) as StateArgs).op} **`;
  if (kind !== 'http') return '**';
  const { url } = JSON.parse(args) as HttpArgs;
  return URL.canParse(url) ? `${new URL(url).origin}/**` : '**';
}
