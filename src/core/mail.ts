/** A mail of plain text. */
export interface Mail {
  /** The same when it is sent again, so that whoever gets it twice can tell. */
  readonly id: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
}

/** What sends mail. */
export interface Mailer {
  /** Resolves when the mail server has taken it; rejects with what it said. */
  send(mail: Mail): Promise<void>;
  /** What is under way is rejected. */
  close(): void;
}
