import { childOf, type MapNode, type YamlNode } from '../../language/yaml/tree.ts';
import { type Code, call, constant, LEVEL, make, quoted } from '../cerb/twig/code.ts';
import type { Findings } from '../convert/findings.ts';

/** What expressions of one hook need to be set before them. */
export interface HookNeeds {
  payload: boolean;
  ipNumber: boolean;
}

const SOURCES: readonly string[] = [
  'header',
  'url',
  'query',
  'payload',
  'request',
  'string',
  'raw-request-body',
  'entire-payload',
  'entire-query',
  'entire-headers',
];

/** The text of a scalar. */
export function textIn(map: MapNode, key: string): string | undefined {
  const node = childOf(map, key);
  return node?.kind === 'scalar' && node.value !== null ? node.text : undefined;
}

/** An argument, `{ source, name }`, as an expression. */
export function argumentCode(
  node: YamlNode | undefined,
  needs: HookNeeds,
  findings: Findings,
): Code | undefined {
  if (node?.kind !== 'map') {
    if (node !== undefined)
      findings.error(
        'hook.key',
        node,
        'Expected a map with `source` and `name`, got something else',
      );
    return undefined;
  }
  const source = textIn(node, 'source') ?? '';
  const name = textIn(node, 'name') ?? '';
  switch (source) {
    case 'header':
      return call('request.header', [constant(name)]);
    case 'url':
    case 'query':
      // Of a repeated field the first counts.
      return make(`[request.query[${quoted(name)}]].flat()[0]`, LEVEL.call, 'any');
    case 'payload':
      needs.payload = true;
      return payloadCode(name);
    case 'request':
      return requestCode(name, node, findings);
    case 'string':
      return constant(name);
    case 'raw-request-body':
      return make('request.body', LEVEL.call, 'text');
    case 'entire-payload':
      needs.payload = true;
      return call('JSON.stringify', [make('payload', LEVEL.call, 'any')], 'text');
    case 'entire-query':
      return call('JSON.stringify', [make('request.query', LEVEL.call, 'any')], 'text');
    case 'entire-headers':
      return call('JSON.stringify', [make('request.headers', LEVEL.call, 'any')], 'text');
    default:
      findings.error(
        'hook.key',
        childOf(node, 'source') ?? node,
        `Expected a source of ${SOURCES.join(', ')}, got \`${source}\``,
      );
      return undefined;
  }
}

/** A dotted path; a name that has the dots itself comes first. */
function payloadCode(name: string): Code {
  const found = make(`get(payload, ${quoted(name)})`, LEVEL.call, 'any');
  if (!name.includes('.')) return found;
  return make(`(get(payload, [${quoted(name)}]) ?? ${found.code})`, LEVEL.call, 'any');
}

function requestCode(name: string, node: MapNode, findings: Findings): Code | undefined {
  if (name.toLowerCase() === 'method') return make('request.method', LEVEL.call, 'text');
  if (name.toLowerCase() === 'remote-addr') {
    findings.warning(
      'hook.changed',
      node,
      'Expected the address of the caller, got it with its port',
      {
        hint: 'Here it has no port, and behind trusted proxies it is that of the caller.',
      },
    );
    return make('request.client.ip', LEVEL.call, 'text');
  }
  findings.error('hook.key', node, `Expected \`method\` or \`remote-addr\`, got \`${name}\``);
  return undefined;
}

/** A value as the text that a command would get. */
export function asWord(code: Code): Code {
  if (code.kind === 'text') return code;
  return call('String', [make(`${code.code} ?? ''`, LEVEL.conditional, 'any')], 'text');
}
