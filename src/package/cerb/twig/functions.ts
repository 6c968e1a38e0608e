import { type Code, call, constant, type Kind, LEVEL } from './code.ts';

/** A filter, function or test as a call of `Cerb`. */
export interface Translation {
  /** Names of the parameters, after the input of filters and tests. */
  readonly params: readonly string[];
  readonly kind: Kind;
  /** The input first, where there is one; missing ones at the end are left away. */
  make(given: readonly Code[]): Code;
}

function calls(name: string, kind: Kind, params = ''): Translation {
  return {
    params: params === '' ? [] : params.split(' '),
    kind,
    make: (given) => call(`Cerb.${name}`, given, kind),
  };
}

/** A method of JavaScript's texts does the same where the input is known to be a text. */
function method(name: string, cerb: string): Translation {
  return {
    params: [],
    kind: 'text',
    make: (given) => {
      const [input] = given as [Code];
      if (input.kind !== 'text' || input.level < LEVEL.call)
        return call(`Cerb.${cerb}`, given, 'text');
      return { code: `${input.code}.${name}()`, level: LEVEL.call, kind: 'text' };
    },
  };
}

export const FILTERS: Readonly<Record<string, Translation>> = {
  abs: calls('abs', 'number'),
  alphanum: calls('alphanum', 'text', 'also replace'),
  append: calls('append', 'text', 'suffix delimiter trim'),
  base_convert: calls('baseConvert', 'text', 'base_from base_to'),
  base64_decode: calls('base64Decode', 'text'),
  base64_encode: calls('base64Encode', 'text'),
  base64url_decode: calls('base64Decode', 'text'),
  base64url_encode: calls('base64UrlEncode', 'text'),
  batch: calls('batch', 'list', 'size fill'),
  bytes_pretty: calls('bytesPretty', 'text', 'precision'),
  capitalize: calls('capitalize', 'text'),
  column: calls('column', 'any', 'name index'),
  csv: calls('csvText', 'any'),
  date: calls('date', 'text', 'format timezone'),
  date_modify: calls('dateModify', 'any', 'modifier'),
  default: calls('default', 'any', 'default'),
  e: calls('escape', 'text', 'strategy'),
  escape: calls('escape', 'text', 'strategy'),
  filter: calls('filter', 'any', 'arrow'),
  first: calls('first', 'any'),
  format: calls('format', 'text', '...'),
  hash: calls('hash', 'text', 'algo'),
  hash_hmac: calls('hashHmac', 'text', 'key algo'),
  indent: calls('indent', 'text', 'marker from_line'),
  join: calls('join', 'text', 'glue and'),
  json_encode: {
    params: ['options'],
    kind: 'text',
    make: (given) => {
      const found = call('Cerb.jsonEncode', given, 'text');
      return given.length === 1 ? { ...found, encodes: given[0] as Code } : found;
    },
  },
  json_pretty: calls('jsonPretty', 'text'),
  keys: calls('keys', 'list'),
  last: calls('last', 'any'),
  length: calls('length', 'number'),
  lower: method('toLowerCase', 'lower'),
  map: calls('map', 'any', 'arrow'),
  md5: calls('md5', 'text'),
  merge: calls('merge', 'any', '...'),
  nl2br: calls('nl2br', 'text'),
  number_format: calls('numberFormat', 'text', 'decimal decimal_point thousand_sep'),
  parse_url: calls('parseUrl', 'any'),
  permalink: calls('permalink', 'text', 'spaces_as'),
  quote: calls('quote', 'text'),
  raw: { params: [], kind: 'any', make: ([input]) => input as Code },
  reduce: calls('reduce', 'any', 'arrow initial'),
  regexp: calls('regexp', 'text', 'pattern group'),
  repeat: calls('repeat', 'text', 'times'),
  replace: calls('replace', 'text', 'from'),
  reverse: calls('reverse', 'any'),
  round: calls('round', 'number', 'precision method'),
  secs_pretty: calls('secsPretty', 'text', 'precision'),
  sha1: calls('sha1', 'text'),
  slice: calls('slice', 'any', 'start length preserve_keys'),
  sort: calls('sort', 'any', 'arrow'),
  spaceless: calls('spaceless', 'text'),
  split: calls('split', 'list', 'delimiter limit'),
  split_crlf: calls('splitCrlf', 'any'),
  split_csv: calls('splitCsv', 'any'),
  str_pos: calls('strPos', 'any', 'needle offset ignoreCase'),
  str_sub: calls('strSub', 'any', 'from to'),
  strip_lines: calls('stripLines', 'text', 'prefixes'),
  striptags: calls('striptags', 'text'),
  title: calls('title', 'text'),
  tokenize: calls('tokenize', 'list'),
  trim: calls('trim', 'text', 'character_mask side'),
  truncate: calls('truncate', 'text', 'length preserve separator'),
  unescape: calls('unescape', 'text'),
  upper: method('toUpperCase', 'upper'),
  url_decode: calls('urlDecode', 'text', 'as'),
  url_encode: calls('urlEncode', 'text'),
  values: calls('values', 'list'),
};

export const FUNCTIONS: Readonly<Record<string, Translation>> = {
  array_column: calls('column', 'any', 'array column_key index_key'),
  array_combine: calls('combine', 'any', 'keys values'),
  array_count_values: calls('countValues', 'any', 'values'),
  array_diff: calls('diff', 'any', 'arr1 arr2'),
  array_extract_keys: calls('extractKeys', 'any', 'array keys'),
  array_fill_keys: calls('fillKeys', 'any', 'keys value'),
  array_intersect: calls('intersect', 'any', 'arr1 arr2'),
  array_matches: calls('arrayMatches', 'list', 'array patterns'),
  array_sort_keys: calls('sortKeys', 'any', 'arr'),
  array_sum: calls('sum', 'number', 'arr'),
  array_unique: calls('unique', 'any', 'arr'),
  array_values: calls('values', 'list', 'arr'),
  attribute: calls('get', 'any', 'variable attribute'),
  clamp_float: calls('clampFloat', 'any', 'string min max'),
  clamp_int: calls('clampInt', 'any', 'string min max'),
  cycle: calls('cycle', 'any', 'values position'),
  date: calls('dateOf', 'any', 'date'),
  dict_set: calls('set', 'any', 'var path val'),
  dict_unset: calls('unset', 'any', 'var path'),
  json_decode: calls('jsonDecode', 'any', 'str'),
  jsonpath_set: {
    params: ['var', 'path', 'val'],
    kind: 'any',
    // Its `a[]` is the `a.[]` of `dict_set`.
    make: ([value, path, changed]) => {
      const written = path?.constant;
      const dotted = typeof written === 'string' ? constant(written.replace(/\[\]/g, '.[]')) : path;
      return call('Cerb.set', [value, dotted, changed] as Code[]);
    },
  },
  max: calls('max', 'any', '...'),
  min: calls('min', 'any', '...'),
  random: calls('random', 'any', 'values max'),
  random_string: calls('randomString', 'text', 'length'),
  range: calls('range', 'list', 'low high step'),
  regexp_match_all: calls('regexpMatchAll', 'any', 'pattern text group'),
  shuffle: calls('shuffle', 'any', 'array'),
  validate_email: calls('isEmail', 'bool', 'string'),
  validate_number: calls('isNumeric', 'bool', 'number'),
};

export const TESTS: Readonly<Record<string, Translation>> = {
  empty: calls('isEmpty', 'bool'),
  iterable: calls('isIterable', 'bool'),
  numeric: calls('isNumeric', 'bool'),
  pattern: calls('isPattern', 'bool', '...'),
  prefixed: calls('isPrefixed', 'bool', '...'),
  suffixed: calls('isSuffixed', 'bool', '...'),
  'same as': calls('same', 'bool', 'value'),
};

/** What cannot be translated, and why. */
export const WITHOUT: Readonly<Record<string, string>> = {
  cerb_translate: 'It needs Cerb’s translations.',
  context_alias: 'It needs Cerb’s records.',
  context_name: 'It needs Cerb’s records.',
  convert_encoding: 'Texts are UTF-8 here.',
  date_lerp: 'Compute the dates in a `run` step.',
  date_pretty: 'Use `Dates.diff`.',
  dns_get_record: 'Automations do not ask for names of hosts.',
  html_to_text: 'Use `Html.strip`.',
  image_info: 'Pictures are not read here.',
  kata_encode: 'There is no KATA here.',
  kata_parse: 'There is no KATA here.',
  markdown_to_html: 'Markdown is not read here.',
  parse_csv: 'Use `Csv.parse`.',
  parse_emails: 'Take the addresses apart in a `run` step.',
  parse_user_agent: 'Look for what is of interest in the text.',
  placeholders_list: 'Name the variables that are of interest.',
  cerb_placeholders_list: 'Name the variables that are of interest.',
  stat: 'Compute it in a `run` step.',
  vobject_parse: 'Take it apart in a `run` step.',
  'record type': 'It needs Cerb’s records.',
  constant: 'There are no constants of PHP here.',
};
