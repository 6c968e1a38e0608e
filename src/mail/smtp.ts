import type { Transporter } from 'nodemailer';
import type { Mailer, RefusedAddress } from '../core/mail.ts';

/** For connecting, the greeting and each answer: mail servers that greet later are looking for spam. */
const TIMEOUT_MS = 30_000;

/**
 * Sends mail through one server, each over a connection of its own: alerts are rare.
 *
 * @param url `smtp://user:password@host:587` (STARTTLS where the server has it) or `smtps://…`
 * @param from `hooks@example.com`, with or without a name before it
 */
export function openMailer(url: string, from: string): Mailer {
  const [, domain = 'localhost'] = /@([\w.-]+)/.exec(from) ?? [];
  const closing = new AbortController();
  let opened: Promise<Transporter> | undefined;
  return {
    send: async ({ id, to, subject, text }) => {
      opened ??= openTransport(url, from);
      const mail = { messageId: `<${id}@${domain}>`, to: [...to], subject, text };
      // nodemailer 10 has `signal`, which its types do not know yet.
      const sent = await (await opened).sendMail({ ...mail, ...{ signal: closing.signal } });
      return refusedOf(sent as SentMail);
    },
    close: () => {
      closing.abort();
      void opened?.then((transport) => transport.close());
    },
  };
}

/** Of what nodemailer gives, what is used here; its types leave it open. */
interface SentMail {
  readonly rejectedErrors?: readonly { readonly recipient: string; readonly message: string }[];
}

function refusedOf({ rejectedErrors = [] }: SentMail): RefusedAddress[] {
  return rejectedErrors.map(({ recipient, message }) => ({ address: recipient, reason: message }));
}

/** Loaded with the first mail: reading the library takes a tenth of a start. */
async function openTransport(url: string, from: string): Promise<Transporter> {
  const { createTransport } = await import('nodemailer');
  return createTransport(
    {
      url,
      connectionTimeout: TIMEOUT_MS,
      greetingTimeout: TIMEOUT_MS,
      socketTimeout: TIMEOUT_MS,
      // Texts are ours; nothing in them may make it read files or fetch URLs.
      disableFileAccess: true,
      disableUrlAccess: true,
    },
    { from },
  );
}
