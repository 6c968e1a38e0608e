/**
 * What a value may be. Validation, the JSON Schema and the reference page are made from these, so that
 * they cannot disagree. `Expressions` says where `${{ … }}` may stand: only in what runs.
 */
export type Shape =
  /** Anything, with expressions in it wherever they stand. */
  | { readonly is: 'value' }
  /** A text without expressions; `pattern` is what it must match, `what` says so in words. */
  | { readonly is: 'name'; readonly pattern: string; readonly what: string; readonly max?: number }
  /** A text without expressions. */
  | { readonly is: 'label' }
  /** A text with expressions in it. */
  | { readonly is: 'text' }
  /** Anything, without expressions. */
  | { readonly is: 'literal' }
  /** One expression, or `true` or `false`. */
  | { readonly is: 'condition' }
  /** One expression, or a list of values. */
  | { readonly is: 'iterable' }
  /** A whole number, or one expression where `expression` allows it. */
  | {
      readonly is: 'integer';
      readonly least: number;
      readonly most: number;
      readonly expression?: boolean;
    }
  | { readonly is: 'boolean' }
  /** Any number, or one expression. */
  | { readonly is: 'number' }
  /** `250ms`, `30s`, `5m`: from 1 ms to `most` milliseconds; a text with expressions where they are allowed. */
  | { readonly is: 'duration'; readonly most: number; readonly expression?: boolean }
  /** `64kB`, `32MB`: from 1 byte to `most` bytes. */
  | { readonly is: 'size'; readonly most: number }
  | { readonly is: 'choice'; readonly of: readonly string[]; readonly expression?: boolean }
  /** A body of JavaScript. */
  | { readonly is: 'javascript' }
  /** One or two variable names: `line` or `line, index`. */
  | { readonly is: 'loop-names' }
  /** The name of one variable. */
  | { readonly is: 'variable' }
  /** Variables, or dotted paths into them, with their values. */
  | { readonly is: 'variables' }
  | { readonly is: 'steps' }
  | {
      readonly is: 'list';
      readonly of: Shape;
      readonly least?: number;
      readonly most?: number;
    }
  /** A map whose keys the author chooses. */
  | { readonly is: 'dictionary'; readonly key: Shape & { is: 'name' }; readonly of: Shape }
  /** A map with known keys; of `oneOf` at most one may be there, and exactly one where `needsOne`. */
  | {
      readonly is: 'map';
      readonly keys: readonly KeySpec[];
      readonly oneOf?: readonly string[];
      readonly needsOne?: true;
    }
  /** The first shape that takes this kind of value: scalar, list or map. */
  | { readonly is: 'either'; readonly of: readonly Shape[] }
  /** Nothing at all. */
  | { readonly is: 'nothing' };

/** A key of a map. */
export interface KeySpec {
  readonly name: string;
  readonly shape: Shape;
  readonly required?: boolean;
  /** Keys of the same map of which one must be there for this one to stand beside it. */
  readonly beside?: readonly string[];
  /** One or two sentences of Markdown. */
  readonly doc: string;
}

/** A kind of step: the keyword, what stands under it, and the keys beside it. */
export interface StepSpec {
  readonly keyword: string;
  readonly summary: string;
  /** What stands under the keyword. */
  readonly shape: Shape;
  /** What the value under the keyword is, for a reader. */
  readonly doc: string;
  /** Keys beside the keyword, without `name`, `when` and `as`. */
  readonly keys: readonly KeySpec[];
  /** Whether `as` may name a variable for its result. */
  readonly hasResult: boolean;
  /** Steps that show it; a test compiles them. */
  readonly example: string;
  /** Lines below `policy` that the example needs. */
  readonly policy?: readonly string[];
}

/** In words, for "Expected …" and for the reference page. */
export function describe(shape: Shape): string {
  switch (shape.is) {
    case 'value':
    case 'literal':
      return 'a value';
    case 'name':
      return shape.what;
    case 'label':
    case 'text':
      return 'a text';
    case 'condition':
      return 'a condition such as `${{ total > 0 }}`';
    case 'iterable':
      return 'an expression such as `${{ order.lines }}` or a list';
    case 'integer':
      return `a whole number from ${shape.least} to ${shape.most}`;
    case 'number':
      return 'a number';
    case 'boolean':
      return '`true` or `false`';
    case 'duration':
      return 'a duration such as `500ms`, `30s` or `5m`';
    case 'size':
      return 'a size such as `64kB` or `32MB`';
    case 'choice':
      return `one of ${shape.of.map((name) => `\`${name}\``).join(', ')}`;
    case 'javascript':
      return 'a text of JavaScript';
    case 'loop-names':
      return 'one or two names such as `line` or `line, index`';
    case 'variable':
      return 'the name of a variable';
    case 'variables':
      return 'a map of variables and their values';
    case 'steps':
      return 'a list of steps';
    case 'list':
      return shape.of.is === 'map' ? 'a list of maps' : 'a list';
    case 'dictionary':
    case 'map':
      return 'a map';
    case 'either':
      return shape.of.map(describe).join(' or ');
    case 'nothing':
      return 'nothing';
  }
}
