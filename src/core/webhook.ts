/** When the answer is sent: by the run, or as soon as the event is stored. */
export type RespondMode = 'run' | 'ack';

/** A webhook's link to an automation. The first enabled one whose `when` is true answers. */
export interface Binding {
  /** The automation's name. */
  readonly automation: string;
  /** A `${{ … }}` expression over `request`, `webhook`, `event` and `inputs`; absent means always. */
  readonly when?: string;
  readonly disabled?: boolean;
  /** Runs in the background whenever it matches, and never answers. */
  readonly also?: boolean;
  readonly inputs?: Readonly<Record<string, unknown>>;
}

/** An inbound URL `/webhooks/<token>` and its settings. */
export interface Webhook {
  /** `wh_` and 26 characters. */
  readonly id: string;
  /** 40 lower-case hex digits from 20 random bytes; a secret: whoever has it may call. */
  readonly token: string;
  readonly name: string;
  readonly description: string;
  readonly paused: boolean;
  readonly respond: RespondMode;
  readonly bindings: readonly Binding[];
  readonly createdAt: number;
  readonly updatedAt: number;
}
