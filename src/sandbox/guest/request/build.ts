import type { Reach } from '../../../core/program.ts';
import { emptyFields, type Fields } from '../../../core/request/fields.ts';
import { readForm } from '../../../core/request/form.ts';
import { RequestHeaders } from '../../../core/request/headers.ts';
import { readJson, rewriteJson } from '../../../core/request/json-body.ts';
import type { Form } from '../../../core/request/multipart.ts';
import { readQuery } from '../../../core/request/query.ts';
import type { RequestParts } from '../../../core/run.ts';

/** The part of `request` that a program can reach, ready to cross into the guest. */
export interface BuiltRequest {
  /**
   * JSON object of the reached members, without `json`, `body`, `bytes` and files' bytes. `header` is
   * not among them: it reads `headers`. Files are `{ field, name, type, size }`.
   */
  readonly text: string;
  /** JSON text for `request.json`; not yet checked where the program reaches all of it. */
  readonly json?: string;
  /** In place of `json`, what stays on the host; see `CarriedJson`. */
  readonly carried?: string;
  /** Why the body is no JSON; to be thrown when `request.json` is read. */
  readonly jsonError?: string;
  /** Why the body is not the form that its content type says; when `form`, `files` or `params` is read. */
  readonly formError?: string;
  /** Present where the program reaches `body` or `bytes`. */
  readonly body?: Uint8Array;
  /** Contents of the files, in the order of `text`'s; views of the body. */
  readonly files?: readonly Uint8Array[];
}

const PLAIN = ['method', 'path', 'url'] as const;

/**
 * Builds what `reach` names of `request` (`core/request-shape.ts`) and nothing else: a program that
 * reads only the method pays for neither headers nor body. Never throws for anything a sender sends.
 *
 * @param carriesJson `Program.carriesJson`
 */
export function buildRequest(parts: RequestParts, reach: Reach, carriesJson = false): BuiltRequest {
  const members: Record<string, unknown> = {};
  const built: { -readonly [Name in keyof BuiltRequest]: BuiltRequest[Name] } = { text: '{}' };
  for (const name of PLAIN) if (below(reach, name) !== undefined) members[name] = parts[name];
  if (below(reach, 'client') !== undefined) members.client = { ip: parts.clientIp };

  const headers = new RequestHeaders(parts.headers);
  const names = headerNames(below(reach, 'headers'), below(reach, 'header'));
  if (names !== undefined) members.headers = headers.byName(names === true ? undefined : names);

  addForms(parts, reach, headers, members, built);

  const json = below(reach, 'json');
  if (json !== undefined) {
    const read = carriesJson ? rewriteJson(parts.body) : readJson(parts.body, json);
    if ('rewritten' in read) built.carried = read.rewritten;
    else if ('json' in read) built.json = read.json;
    else built.jsonError = read.error;
  }
  if (below(reach, 'body') !== undefined || below(reach, 'bytes') !== undefined) {
    built.body = parts.body;
  }
  built.text = JSON.stringify(members);
  return built;
}

function addForms(
  parts: RequestParts,
  reach: Reach,
  headers: RequestHeaders,
  members: Record<string, unknown>,
  built: { formError?: string; files?: readonly Uint8Array[] },
): void {
  const query = below(reach, 'query');
  const params = below(reach, 'params');
  const form = below(reach, 'form');
  const files = below(reach, 'files');
  let queryFields: Fields | undefined;
  if (query !== undefined || params !== undefined) queryFields = readQuery(parts.query);
  if (query !== undefined) members.query = picked(queryFields, query);
  if (form === undefined && params === undefined && files === undefined) return;

  const read: Form = readForm(headers.first('content-type'), parts.body);
  if (read.error !== undefined) built.formError = read.error;
  if (form !== undefined) members.form = picked(read.fields, form);
  if (params !== undefined) members.params = picked({ ...queryFields, ...read.fields }, params);
  if (files !== undefined) {
    members.files = read.files.map(({ field, name, type, content }) => {
      return { field, name, type, size: content.byteLength };
    });
    built.files = read.files.map(({ content }) => content);
  }
}

/** What is reached of a member, or `undefined` where nothing is. */
function below(reach: Reach, member: string): Reach | undefined {
  if (reach === true) return true;
  return Object.hasOwn(reach, member) ? reach[member] : undefined;
}

/** The lower-case names of the reached headers, `true` for all, `undefined` for none. */
function headerNames(
  ...reaches: readonly (Reach | undefined)[]
): ReadonlySet<string> | true | undefined {
  let names: Set<string> | undefined;
  for (const reach of reaches) {
    if (reach === true) return true;
    if (reach === undefined) continue;
    names ??= new Set();
    for (const name of Object.keys(reach)) names.add(name.toLowerCase());
  }
  return names;
}

/** The reached fields; `__proto__` is a name like others. */
function picked(fields: Fields | undefined, reach: Reach): Fields {
  if (fields === undefined || reach === true) return fields ?? emptyFields();
  const some = emptyFields();
  for (const name of Object.keys(reach)) {
    const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (value !== undefined) some[name] = value;
  }
  return some;
}
