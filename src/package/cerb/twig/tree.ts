/** Where a part of a template stands: offsets into the template's text. */
export interface Place {
  readonly start: number;
  readonly end: number;
}

/** An argument of a call, by position or by name. */
export interface Argument {
  readonly name: string | undefined;
  readonly value: Expression;
}

export type Expression = Place &
  (
    | { readonly kind: 'constant'; readonly value: string | number | boolean | null }
    | { readonly kind: 'text'; readonly parts: readonly (string | Expression)[] }
    | { readonly kind: 'name'; readonly name: string }
    | { readonly kind: 'list'; readonly items: readonly Item[] }
    | { readonly kind: 'map'; readonly entries: readonly MapEntry[] }
    | {
        readonly kind: 'member';
        readonly object: Expression;
        readonly key: Expression;
        /** Given for `object.key(arguments)`. */
        readonly args: readonly Argument[] | undefined;
      }
    | {
        readonly kind: 'slice';
        readonly object: Expression;
        readonly from: Expression | undefined;
        readonly length: Expression | undefined;
      }
    | { readonly kind: 'call'; readonly name: string; readonly args: readonly Argument[] }
    | {
        readonly kind: 'filter';
        readonly name: string;
        readonly input: Expression;
        readonly args: readonly Argument[];
        /** Where the filter's name stands. */
        readonly at: Place;
      }
    | {
        readonly kind: 'test';
        readonly name: string;
        readonly input: Expression;
        readonly args: readonly Argument[];
        readonly isNegated: boolean;
        readonly at: Place;
      }
    | { readonly kind: 'unary'; readonly operator: string; readonly operand: Expression }
    | {
        readonly kind: 'binary';
        readonly operator: string;
        readonly left: Expression;
        readonly right: Expression;
      }
    | {
        readonly kind: 'conditional';
        readonly test: Expression;
        /** Absent in `a ?: b`. */
        readonly yes: Expression | undefined;
        /** Absent in `a ? b`. */
        readonly no: Expression | undefined;
      }
    | { readonly kind: 'arrow'; readonly names: readonly string[]; readonly body: Expression }
  );

export interface Item {
  readonly value: Expression;
  /** `...value` */
  readonly isSpread: boolean;
}

export interface MapEntry {
  /** Absent where a value is spread. */
  readonly key: string | number | Expression | undefined;
  readonly value: Expression;
}

export type ExpressionOf<Kind extends Expression['kind']> = Extract<Expression, { kind: Kind }>;

/** One part of a template. */
export type Part = Place &
  (
    | { readonly kind: 'raw'; readonly text: string }
    | { readonly kind: 'output'; readonly value: Expression }
    | { readonly kind: 'do'; readonly value: Expression }
    | {
        readonly kind: 'if';
        readonly branches: readonly { readonly test: Expression; readonly body: readonly Part[] }[];
        readonly otherwise: readonly Part[] | undefined;
      }
    | {
        readonly kind: 'for';
        readonly key: string | undefined;
        readonly value: string;
        readonly over: Expression;
        readonly body: readonly Part[];
        readonly otherwise: readonly Part[] | undefined;
      }
    | {
        readonly kind: 'set';
        readonly names: readonly string[];
        readonly values: readonly Expression[];
        /** Instead of values: what `{% set x %}…{% endset %}` prints. */
        readonly body: readonly Part[] | undefined;
      }
    | {
        readonly kind: 'apply';
        /** The filters around a placeholder for what the body prints. */
        readonly filters: readonly Pick<ExpressionOf<'filter'>, 'name' | 'args' | 'at'>[];
        readonly body: readonly Part[];
      }
    | {
        readonly kind: 'with';
        readonly values: Expression | undefined;
        readonly only: boolean;
        readonly body: readonly Part[];
      }
  );

export type PartOf<Kind extends Part['kind']> = Extract<Part, { kind: Kind }>;

/** A template that cannot be read, or says what has no translation. */
export class TwigError extends Error {
  readonly place: Place;
  readonly hint: string | undefined;
  readonly code: 'twig.syntax' | 'twig.unsupported';

  constructor(
    message: string,
    place: Place,
    hint?: string,
    code: 'twig.syntax' | 'twig.unsupported' = 'twig.syntax',
  ) {
    super(message);
    this.place = place;
    this.hint = hint;
    this.code = code;
  }
}
