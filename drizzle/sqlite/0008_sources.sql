CREATE TABLE `refusal` (
	`id` text PRIMARY KEY NOT NULL,
	`webhook_id` text NOT NULL,
	`received_at` integer NOT NULL,
	`source` text NOT NULL,
	`code` text NOT NULL,
	`reason` text NOT NULL,
	`method` text NOT NULL,
	`path` text NOT NULL,
	`query` text,
	`headers` text NOT NULL,
	`client_ip` text NOT NULL,
	`is_proxied` integer NOT NULL,
	`url` text NOT NULL,
	`body_size` integer NOT NULL,
	`body` blob NOT NULL
);
--> statement-breakpoint
CREATE INDEX `refusal_by_webhook` ON `refusal` (`webhook_id`,`id`);--> statement-breakpoint
CREATE TABLE `sender_id` (
	`webhook_id` text NOT NULL,
	`key` text NOT NULL,
	`event_id` text NOT NULL,
	`received_at` integer NOT NULL,
	`repeats` integer NOT NULL,
	`repeated_at` integer,
	PRIMARY KEY(`webhook_id`, `key`)
);
--> statement-breakpoint
CREATE INDEX `sender_id_repeated` ON `sender_id` (`event_id`) WHERE repeats > 0;