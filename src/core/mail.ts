/** A mail of plain text. */
export interface Mail {
  /** The same when it is sent again, so that whoever gets it twice can tell. */
  readonly id: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
}

/** An address that the mail server did not take, while it took others. */
export interface RefusedAddress {
  readonly address: string;
  readonly reason: string;
}

/** What sends mail. */
export interface Mailer {
  /** Resolves when the mail server has taken it for at least one address; rejects with what it said. */
  send(mail: Mail): Promise<readonly RefusedAddress[]>;
  /** What is under way is rejected. */
  close(): void;
}
