import { entryOf, type KataEntry } from '../kata/tree.ts';
import { asText, call, coalesce, constant, member } from '../twig/code.ts';
import { headersOf } from './http.ts';
import { refuse, type Step, type Translation } from './translation.ts';
import { expression, readEntries, readValue, staticText, toCode, toYaml } from './value.ts';

const ANSWER_KEYS: readonly string[] = ['status_code', 'headers', 'body'];
/** What PHP says of an answer that says nothing of itself. */
const PHP_TYPE = 'text/html; charset=UTF-8';

/** `return:` answers the webhook, or gives a function's value back. */
export function returning(entry: KataEntry, translation: Translation): Step[] {
  if (translation.trigger === 'function') {
    const value =
      entry.text === undefined
        ? readEntries(entry.entries, translation)
        : toYaml(readValue(entry, translation));
    return [{ return: { value } }];
  }
  if (entry.annotations.includes('key')) return [{ return: keyedAnswer(entry, translation) }];
  for (const child of entry.entries) {
    if (ANSWER_KEYS.includes(child.type)) continue;
    translation.findings.warning(
      'cerb.changed',
      child.span,
      `Expected \`status_code\`, \`headers\` or \`body\`, got \`${child.key}\``,
      {
        hint: 'A webhook’s answer has no more, and it is left out.',
      },
    );
  }
  const headers = headersOf(entryOf(entry.entries, 'headers'), translation);
  return [
    {
      return: {
        status: statusOf(entryOf(entry.entries, 'status_code'), translation),
        ...bodyOf(entryOf(entry.entries, 'body'), headers, translation),
      },
    },
  ];
}

/** What a webhook's automation that just ends answers: 200 and nothing. */
export const EMPTY_ANSWER: Step = { return: { status: 200 } };

function keyedAnswer(entry: KataEntry, translation: Translation): Step {
  const value = toCode(readValue(entry, translation));
  const part = (name: string) => member(value, constant(name));
  return {
    status: expression(coalesce(part('status_code'), constant(200))),
    headers: expression(part('headers')),
    body: expression(asText(part('body'))),
  };
}

function statusOf(entry: KataEntry | undefined, translation: Translation): unknown {
  if (entry === undefined) return 200;
  const value = readValue(entry, translation);
  const known =
    value.is === 'static' ? Number(value.value) : Number(staticText(value) ?? Number.NaN);
  if (Number.isNaN(known)) {
    const code = toCode(value);
    return expression(code.kind === 'number' ? code : call('Cerb.int', [code], 'number'));
  }
  if (Number.isInteger(known) && known >= 200 && known <= 599) return known;
  refuse(
    translation,
    'cerb.value',
    entry.span,
    `Expected a status from 200 to 599, got \`${known}\``,
  );
  return 200;
}

function bodyOf(
  entry: KataEntry | undefined,
  headers: Readonly<Record<string, unknown>> | undefined,
  translation: Translation,
): Step {
  const isTyped = Object.keys(headers ?? {}).some((name) => name.toLowerCase() === 'content-type');
  const shown = headers === undefined || Object.keys(headers).length === 0 ? {} : { headers };
  if (entry === undefined) return shown;
  if (entry.annotations.includes('base64')) {
    const encoded = { ...entry, annotations: entry.annotations.filter((one) => one !== 'base64') };
    const typed = isTyped ? shown : { headers: { ...headers, 'content-type': PHP_TYPE } };
    return { ...typed, base64: toYaml(readValue(encoded, translation)) };
  }
  const value = readValue(entry, translation);
  const known = staticText(value);
  if (known?.startsWith('cerb:')) {
    refuse(translation, 'cerb.record', entry.span, 'Expected a body, got a resource of Cerb’s');
    return shown;
  }
  if (value.is === 'entries' && value.entries.length > 0) {
    translation.findings.warning('cerb.changed', entry.span, 'Expected a text as body, got a map', {
      hint: 'It is sent as JSON; Cerb sends the word Array.',
    });
    return { ...shown, json: toYaml(value) };
  }
  const text =
    value.is === 'text'
      ? toYaml(value)
      : value.is === 'entries'
        ? ''
        : expression(asText(toCode(value)));
  return { ...shown, [isTyped ? 'body' : 'html']: text };
}
