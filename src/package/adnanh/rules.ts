import { isIP } from 'node:net';
import { childOf, type MapNode, type YamlNode } from '../../language/yaml/tree.ts';
import { type Code, call, constant, LEVEL, make, not, quoted, within } from '../cerb/twig/code.ts';
import type { Findings } from '../convert/findings.ts';
import { argumentCode, asWord, type HookNeeds, textIn } from './arguments.ts';
import { goPattern } from './pattern.ts';

/** Rules inside rules: nobody writes more. */
const RULES_DEPTH_MAX = 32;
const ALWAYS: Code = constant(true);

/** A `trigger-rule` as a condition. */
export function ruleCode(node: YamlNode, needs: HookNeeds, findings: Findings, depth = 0): Code {
  if (node.kind !== 'map' || node.entries.length !== 1 || depth > RULES_DEPTH_MAX) {
    findings.error(
      'hook.key',
      node,
      'Expected a rule with one of `and`, `or`, `not` and `match`, got something else',
    );
    return ALWAYS;
  }
  const [entry] = node.entries;
  const { key, value } = entry as MapNode['entries'][number];
  switch (key.text) {
    case 'and':
      return joined(value, '&&', LEVEL.and, needs, findings, depth);
    case 'or':
      return joined(value, '||', LEVEL.or, needs, findings, depth);
    case 'not':
      findings.warning(
        'hook.changed',
        key,
        'Expected a rule that says what must be there, got `not`',
        {
          hint: 'Over a parameter that is missing it is true here; inside `and` adnanh/webhook takes it for false.',
        },
      );
      return not(ruleCode(value, needs, findings, depth + 1));
    case 'match':
      return matchCode(value, needs, findings);
    default:
      findings.error(
        'hook.key',
        key,
        `Expected \`and\`, \`or\`, \`not\` or \`match\`, got \`${key.text}\``,
      );
      return ALWAYS;
  }
}

function joined(
  node: YamlNode,
  operator: '&&' | '||',
  level: number,
  needs: HookNeeds,
  findings: Findings,
  depth: number,
): Code {
  if (node.kind !== 'list' || node.items.length === 0) {
    findings.error('hook.key', node, 'Expected a list of rules, got something else');
    return ALWAYS;
  }
  const codes = node.items.map((item) => ruleCode(item, needs, findings, depth + 1));
  return codes.reduce((left, right) =>
    make(`${within(left, level)} ${operator} ${within(right, level)}`, level, 'bool'),
  );
}

function matchCode(node: YamlNode, needs: HookNeeds, findings: Findings): Code {
  if (node.kind !== 'map') {
    findings.error('hook.key', node, 'Expected a map with `type`, got something else');
    return ALWAYS;
  }
  const type = textIn(node, 'type') ?? '';
  if (type === 'ip-whitelist') return addressCode(node, needs, findings);
  const parameter = argumentCode(childOf(node, 'parameter'), needs, findings) ?? constant('');
  const hash = /^payload-(?:hmac|hash)-(sha1|sha256|sha512)$/.exec(type)?.[1];
  if (hash !== undefined) return signatureCode(hash, parameter, node, findings);
  if (type === 'value') {
    const value = constant(textIn(node, 'value') ?? '');
    return parameter.code.startsWith('request.header(')
      ? call('safeEqual', [parameter, value], 'bool')
      : make(`${asWord(parameter).code} === ${value.code}`, LEVEL.equality, 'bool');
  }
  if (type === 'regex') return patternCode(node, parameter, findings);
  const message = `Expected a match of value, regex, payload-hmac-… or ip-whitelist, got \`${type}\``;
  findings.error('hook.key', childOf(node, 'type') ?? node, message);
  return ALWAYS;
}

/** The header holds the hex digest, perhaps after `sha256=`. */
function signatureCode(hash: string, parameter: Code, node: MapNode, findings: Findings): Code {
  const secret = textIn(node, 'secret') ?? '';
  findings.warning(
    'hook.changed',
    childOf(node, 'secret') ?? node,
    'Expected a secret outside of the file, got it inside',
    {
      hint: 'It stands in the automation. Better set the webhook’s source, which checks signatures itself.',
    },
  );
  findings.warning('hook.changed', node, 'Expected one signature, got a match of a list', {
    hint: 'One signature is compared here, and a wrong one is answered as a rule that is not satisfied, not with 500.',
  });
  const sent = `${asWord(parameter).code}.replace(/^${hash}=/, '')`;
  return make(
    `safeEqual(Hmac.${hash}(${quoted(secret)}, request.bytes), ${sent})`,
    LEVEL.call,
    'bool',
  );
}

function patternCode(node: MapNode, parameter: Code, findings: Findings): Code {
  const written = textIn(node, 'regex') ?? '';
  const found = goPattern(written);
  if (found === undefined) {
    findings.error(
      'hook.key',
      childOf(node, 'regex') ?? node,
      `Expected a pattern that JavaScript has too, got \`${written}\``,
    );
    return ALWAYS;
  }
  const { pattern, flags } = found;
  const shown = flags === '' ? [constant(pattern)] : [constant(pattern), constant(flags)];
  const regexp = call('new RegExp', shown);
  return make(`${regexp.code}.test(${asWord(parameter).code})`, LEVEL.call, 'bool');
}

/** Addresses and ranges of IPv4 with blanks between them; single addresses of IPv6. */
function addressCode(node: MapNode, needs: HookNeeds, findings: Findings): Code {
  const ranges = (textIn(node, 'ip-range') ?? '').split(/\s+/).filter(Boolean);
  const codes = ranges.map((range) => rangeCode(range, node, needs, findings));
  findings.warning(
    'hook.changed',
    node,
    'Expected the address of the caller, got that of the socket',
    {
      hint: 'Behind trusted proxies, `request.client.ip` is that of the caller.',
    },
  );
  if (codes.length === 0) {
    findings.error('hook.key', node, 'Expected addresses in `ip-range`, got none');
    return ALWAYS;
  }
  return codes.reduce((left, right) =>
    make(`${within(left, LEVEL.or)} || ${within(right, LEVEL.or)}`, LEVEL.or, 'bool'),
  );
}

function rangeCode(range: string, node: MapNode, needs: HookNeeds, findings: Findings): Code {
  const [address = '', bits] = range.split('/');
  const version = isIP(address);
  const isWhole = bits === undefined || Number(bits) === (version === 4 ? 32 : 128);
  if (version !== 0 && isWhole) {
    return make(`request.client.ip === ${quoted(address)}`, LEVEL.equality, 'bool');
  }
  const width = Number(bits);
  if (version !== 4 || !/^\d+$/.test(bits ?? '') || width > 32) {
    findings.error(
      'hook.key',
      childOf(node, 'ip-range') ?? node,
      `Expected an address or a range of IPv4, got \`${range}\``,
    );
    return ALWAYS;
  }
  needs.ipNumber = true;
  const size = 2 ** (32 - width);
  const number = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const first = Math.floor(number / size) * size;
  return make(`ip_number >= ${first} && ip_number <= ${first + size - 1}`, LEVEL.and, 'bool');
}
