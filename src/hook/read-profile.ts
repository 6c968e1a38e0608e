import type { Diagnostic } from '../core/diagnostic.ts';
import { type HookMethod, isStatusRange, topicPatternMistake } from '../core/hook.ts';
import { CLIENT_HEADERS } from '../core/outbound.ts';
import { parseDuration } from '../core/quantity.ts';
import { check } from '../language/check/check.ts';
import { Report } from '../language/report.ts';
import { SourceText } from '../language/source.ts';
import { readYaml } from '../language/yaml/read.ts';
import { childOf, isNull, type MapNode, plainValue, type YamlNode } from '../language/yaml/tree.ts';
import type { BodyTemplate } from './body.ts';
import { PROFILE_DEFAULTS } from './defaults.ts';
import type { Format, Header, Profile, ProfileDefaults, QueryRule, Signing } from './profile.ts';
import { PROFILE_FILE } from './profile-shape.ts';
import { readTemplate, type Template } from './template.ts';

/**
 * Reads a profile's file: the profile, or everything that is wrong with it. Never throws, whatever the text.
 *
 * @param file what diagnostics call the file
 */
export function readProfile(
  file: string,
  text: string,
): {
  readonly profile?: Profile;
  readonly diagnostics: readonly Diagnostic[];
} {
  const report = new Report(new SourceText(text, file));
  const tree = readYaml(report);
  if (tree === undefined || isNull(tree)) {
    if (!report.hasErrors) {
      report.error('key.missing', { start: 0, end: 1 }, 'Expected a profile, got an empty file');
    }
    return { diagnostics: report.diagnostics() };
  }
  check(tree, PROFILE_FILE, report);
  if (tree.kind !== 'map' || report.hasErrors) return { diagnostics: report.diagnostics() };
  const profile = new ProfileReader(report).profile(tree);
  return report.hasErrors
    ? { diagnostics: report.diagnostics() }
    : { profile, diagnostics: report.diagnostics() };
}

/** Reads a tree whose shape is right; what is wrong inside texts goes to the report. */
class ProfileReader {
  readonly #report: Report;

  constructor(report: Report) {
    this.#report = report;
  }

  profile(tree: MapNode): Profile {
    const formats = mapOf(childOf(tree, 'formats'));
    if (formats.length === 0) this.#mistake(tree, 'at least one format, got none');
    const sign = childOf(tree, 'sign');
    const ping = childOf(tree, 'ping');
    const url = childOf(tree, 'url');
    const headersFrom = this.#template(childOf(tree, 'headers_from'));
    return {
      name: textOf(childOf(tree, 'profile')),
      description: textOf(childOf(tree, 'description')),
      isHttpsOnly: isTrue(childOf(tree, 'https')),
      defaults: this.#defaults(childOf(tree, 'defaults')),
      formats: formats.map(([name, node]) => this.#format(name, node as MapNode)),
      headers: this.#headers(childOf(tree, 'headers')),
      ...(headersFrom === undefined ? {} : { headersFrom }),
      ...(url?.kind === 'map' ? { url: this.#url(url) } : {}),
      query: this.#query(childOf(tree, 'query')),
      ...(sign?.kind === 'map' ? { sign: this.#sign(sign) } : {}),
      ...(ping?.kind === 'map' ? { ping: this.#format('ping', ping) } : {}),
    };
  }

  #defaults(node: YamlNode | undefined): ProfileDefaults {
    if (node?.kind !== 'map') return PROFILE_DEFAULTS;
    const child = (name: string): YamlNode | undefined => childOf(node, name);
    const number = (name: string, otherwise: number): number => {
      const value = child(name);
      return value?.kind === 'scalar' ? Number(value.value) : otherwise;
    };
    const success = child('success');
    const retries = child('retries');
    const failing = child('failing');
    return {
      method: (textOf(child('method')) || PROFILE_DEFAULTS.method) as HookMethod,
      success: success?.kind === 'list' ? this.#success(success.items) : PROFILE_DEFAULTS.success,
      timeoutMs: parseDuration(textOf(child('timeout'))) ?? PROFILE_DEFAULTS.timeoutMs,
      retryMs:
        retries?.kind === 'list'
          ? retries.items.map((item) => parseDuration(textOf(item)) ?? 0)
          : PROFILE_DEFAULTS.retryMs,
      failuresMax: number('failures', PROFILE_DEFAULTS.failuresMax),
      failingMs:
        failing === undefined ? PROFILE_DEFAULTS.failingMs : (parseDuration(textOf(failing)) ?? 0),
      concurrency: number('concurrency', PROFILE_DEFAULTS.concurrency),
    };
  }

  #success(items: readonly YamlNode[]): string[] {
    return items.map((item) => {
      const text = textOf(item);
      if (!isStatusRange(text)) this.#mistake(item, `a status or a range such as 2xx, got ${text}`);
      return text;
    });
  }

  #headers(node: YamlNode | undefined): Header[] {
    if (node?.kind !== 'map') return [];
    return node.entries.map(({ key, value }) => {
      this.#sendable(key);
      return { name: key.text, value: this.#template(value) ?? [] };
    });
  }

  /** A header's name; with one of the client's own every message would fail for good. */
  #sendable(name: YamlNode): void {
    const text = textOf(name).toLowerCase();
    if (!CLIENT_HEADERS.has(text)) return;
    this.#mistake(
      name,
      `a header that receivers read, got ${text}, which the client writes itself`,
    );
  }

  #url(node: MapNode): NonNullable<Profile['url']> {
    const replace = this.#template(childOf(node, 'replace'));
    const append = this.#template(childOf(node, 'append'));
    return {
      ...(replace === undefined ? {} : { replace }),
      ...(append === undefined ? {} : { append }),
    };
  }

  #query(node: YamlNode | undefined): QueryRule[] {
    if (node?.kind !== 'list') return [{ value: readTemplate('{data}') as Template }];
    return node.items.map((item) => {
      const map = item as MapNode;
      const when = this.#template(childOf(map, 'when'));
      return {
        ...(when === undefined ? {} : { when: { value: when, is: textOf(childOf(map, 'is')) } }),
        value: this.#template(childOf(map, 'value')) ?? [],
      };
    });
  }

  #sign(node: MapNode): Signing {
    const text = (name: string, otherwise: string): string =>
      textOf(childOf(node, name)) || otherwise;
    const separator = childOf(node, 'separator');
    const header = childOf(node, 'header');
    if (header !== undefined) this.#sendable(header);
    return {
      header: text('header', ''),
      hash: text('hash', 'sha256') as Signing['hash'],
      encoding: text('encoding', 'base64') as Signing['encoding'],
      key: text('key', 'text') as Signing['key'],
      content: this.#template(childOf(node, 'content')) ?? (readTemplate('{body}') as Template),
      value: this.#template(childOf(node, 'value')) ?? (readTemplate('{signature}') as Template),
      ...(separator === undefined ? {} : { separator: textOf(separator) }),
    };
  }

  #format(name: string, node: MapNode): Format {
    const bodies = childOf(node, 'bodies');
    const special = bodies?.kind === 'list' ? bodies.items : [];
    const without = childOf(node, 'without');
    return {
      name,
      contentType: textOf(childOf(node, 'type')),
      encoding: (textOf(childOf(node, 'encode')) || 'json') as Format['encoding'],
      headers: this.#headers(childOf(node, 'headers')),
      bodies: [
        ...special.map((item) => this.#special(item as MapNode)),
        { body: this.#body(childOf(node, 'body')) },
      ],
      without: without?.kind === 'list' ? without.items.map(textOf) : [],
      isCompact: isTrue(childOf(node, 'compact')),
    };
  }

  #special(node: MapNode): Format['bodies'][number] {
    const topic = childOf(node, 'topic');
    const mistake = topicPatternMistake(textOf(topic));
    if (mistake !== undefined) this.#mistake(topic ?? node, `${mistake}, got ${textOf(topic)}`);
    return { topic: textOf(topic).split('.'), body: this.#body(childOf(node, 'body')) };
  }

  #body(node: YamlNode | undefined): BodyTemplate {
    if (node === undefined) return { value: null };
    if (node.kind === 'list') return { list: node.items.map((item) => this.#body(item)) };
    if (node.kind === 'map')
      return { map: mapOf(node).map(([name, item]) => [name, this.#body(item)]) };
    const { value } = node;
    return typeof value === 'string' ? { template: this.#template(node) ?? [] } : { value };
  }

  #template(node: YamlNode | undefined): Template | undefined {
    if (node === undefined) return undefined;
    const template = readTemplate(textOf(node));
    if (!('mistake' in template)) return template;
    this.#mistake(node, template.mistake);
    return undefined;
  }

  #mistake(node: YamlNode, text: string): void {
    this.#report.error('value.invalid', node, `Expected ${text}`);
  }
}

function mapOf(node: YamlNode | undefined): (readonly [name: string, value: YamlNode])[] {
  return node?.kind === 'map' ? node.entries.map(({ key, value }) => [key.text, value]) : [];
}

function textOf(node: YamlNode | undefined): string {
  if (node === undefined) return '';
  return node.kind === 'scalar' ? node.text : String(plainValue(node));
}

function isTrue(node: YamlNode | undefined): boolean {
  return node?.kind === 'scalar' && node.value === true;
}
