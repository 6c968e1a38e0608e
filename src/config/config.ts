import type { Rate } from '../core/rate.ts';

/** Every setting, read once at the start and frozen. */
export interface Config {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly dataDir: string;
  /** The key of the vault, 32 bytes; without it, the data folder's key file. */
  readonly secretKey: Uint8Array | undefined;
  readonly automationsDir: string;
  /** Folder of the operator's own sources; it may be missing where it is not set. */
  readonly sourcesDir: string | undefined;
  /** Keys of which one must have signed a package that is imported; without them, none must. */
  readonly packageKeys: readonly string[] | undefined;
  /** CIDR ranges whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed. */
  readonly trustedProxies: readonly string[];
  /** What callers see, such as `https://hooks.example.com`; without it, scheme and host of the request. */
  readonly publicUrl: string | undefined;
  readonly bodyBytesMax: number;
  readonly answerDeadlineMs: number;
  /** Requests under way at once; one more is answered 503. */
  readonly requestsMax: number;
  /** Requests of one client address to one webhook, where the webhook says nothing of its own. */
  readonly clientRate: Rate | undefined;
  readonly sandboxThreads: number;
  /** Runs with effects worked on at once; others in the background wait their turn. */
  readonly runsMax: number;
  /** Runs queued, running or waiting; with more, new events are answered 503. */
  readonly runsPendingMax: number;
  /** How late a time of a schedule may still be run that no server was there for. */
  readonly scheduleLateMs: number;
  /** Where effects may go though the egress rules would refuse it: addresses, ranges, hosts. */
  readonly egressAllow: readonly string[];
  /** Where effects may never go. */
  readonly egressDeny: readonly string[];
  /** How long a stopping server waits for what is under way. */
  readonly shutdownMs: number;
  /** For how long a sender's id recognises a duplicate. */
  readonly duplicateMs: number;
  /** Folder of own profiles of hooks. */
  readonly profilesDir: string;
  /** Attempts of deliveries under way at once. */
  readonly deliveriesMax: number;
  /** Where alerts are sent through, password included; without it, no mail is sent. */
  readonly smtpUrl: string | undefined;
  readonly mailFrom: string;
  /** Age at which events are deleted. */
  readonly retentionMs: number;
  /** Bytes of stored bodies above which the oldest events are deleted. */
  readonly retentionBytes: number;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** `auto`: text on a terminal, JSON otherwise. */
  readonly logFormat: 'auto' | 'json' | 'text';
}
