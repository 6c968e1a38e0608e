/** A mail of plain text. */
export interface Mail {
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
}

/** What sends mail. */
export interface Mailer {
  /** Resolves when the mail server has taken it; rejects with what it said. */
  send(mail: Mail): Promise<void>;
  close(): void;
}
