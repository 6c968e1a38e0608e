import type { EffectKind } from '../../core/effect.ts';

/** `POST https://api.example.com/orders`, `get orders/7`, `order.paid`: what an effect is done to. */
export function targetOf({
  kind,
  args,
}: {
  readonly kind: EffectKind;
  readonly args: string;
}): string {
  const given = JSON.parse(args) as Readonly<Record<string, unknown>>;
  switch (kind) {
    case 'http':
      return `${given.method} ${given.url}`;
    case 'state':
      return `${given.op} ${given.key}`;
    case 'wait':
      return `until ${dateText(given.until)}`;
    case 'call':
      return String(given.function);
    case 'emit':
      return String(given.topic);
    case 'hook':
      return String(given.hook);
  }
}

function dateText(ms: unknown): string {
  const date = new Date(Number(ms));
  return Number.isNaN(date.getTime()) ? String(ms) : date.toISOString();
}
