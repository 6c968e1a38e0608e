import type { Transporter } from 'nodemailer';
import type { Mailer } from '../core/mail.ts';

/** For connecting, the greeting and each answer: mail servers that greet later are looking for spam. */
const TIMEOUT_MS = 30_000;

/**
 * Sends mail through one server, each over a connection of its own: alerts are rare.
 *
 * @param url `smtp://user:password@host:587` (STARTTLS where the server has it) or `smtps://…`
 */
export function openMailer(url: string, from: string): Mailer {
  let opened: Promise<Transporter> | undefined;
  return {
    send: async ({ to, subject, text }) => {
      opened ??= openTransport(url, from);
      await (await opened).sendMail({ to: [...to], subject, text });
    },
    close: () => void opened?.then((transport) => transport.close()),
  };
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
