export interface ServerJson {
  readonly version: string;
  readonly url: string;
  readonly started_at: string;
  readonly uptime_ms: number;
  readonly webhooks: number;
  readonly automations: number;
}
