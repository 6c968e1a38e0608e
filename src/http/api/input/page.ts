import { z } from 'zod';

const PER_PAGE = 50;
/** Each event's runs are read with it, so a page is that many questions to the store. */
const PER_PAGE_MAX = 200;

const EVENT_ID = /^evt_[0-9A-HJKMNP-TV-Z]{26}$/;
const limitText = `a whole number from 1 to ${PER_PAGE_MAX}`;

export const eventId: z.ZodString = z
  .string()
  .regex(EVENT_ID, 'the id of an event, such as evt_01K…');

/** How many records a page has. */
export const limit: z.ZodType<number, string | undefined> = z
  .string()
  .regex(/^\d{1,9}$/, limitText)
  .transform(Number)
  .refine((number) => number >= 1 && number <= PER_PAGE_MAX, limitText)
  .default(PER_PAGE);
