CREATE TABLE `attempt` (
	`delivery_id` text NOT NULL,
	`number` integer NOT NULL,
	`started_at` integer NOT NULL,
	`ms` integer NOT NULL,
	`method` text NOT NULL,
	`url` text NOT NULL,
	`request_headers` text NOT NULL,
	`status` integer,
	`address` text,
	`truncated` integer NOT NULL,
	`error_code` text,
	`error_message` text,
	`response_headers` text,
	`request_body` blob,
	`response_body` blob,
	PRIMARY KEY(`delivery_id`, `number`)
);
--> statement-breakpoint
CREATE TABLE `delivery` (
	`id` text PRIMARY KEY NOT NULL,
	`message_id` text NOT NULL,
	`hook_id` text NOT NULL,
	`status` integer NOT NULL,
	`attempts` integer NOT NULL,
	`retries` integer NOT NULL,
	`created_at` integer NOT NULL,
	`due_at` integer,
	`ended_at` integer,
	`lease_until` integer,
	`lease_owner` text
);
--> statement-breakpoint
CREATE INDEX `delivery_by_message` ON `delivery` (`message_id`);--> statement-breakpoint
CREATE INDEX `delivery_by_hook` ON `delivery` (`hook_id`);--> statement-breakpoint
CREATE INDEX `delivery_due` ON `delivery` (`hook_id`,`due_at`) WHERE due_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `delivery_unsucceeded` ON `delivery` (`hook_id`,`status`) WHERE status < 6;--> statement-breakpoint
CREATE INDEX `delivery_leased` ON `delivery` (`lease_until`) WHERE lease_until IS NOT NULL;--> statement-breakpoint
CREATE TABLE `hook` (
	`number` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`name` text NOT NULL,
	`status` text NOT NULL,
	`activated_at` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`settings` text NOT NULL,
	`sealed` blob NOT NULL,
	`failures` integer NOT NULL,
	`failing_since` integer,
	`warned` integer NOT NULL,
	`disabled_at` integer,
	`disabled_why` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `hook_id_unique` ON `hook` (`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `hook_name_unique` ON `hook` (`name`);--> statement-breakpoint
ALTER TABLE `message` ADD `key` text;--> statement-breakpoint
CREATE UNIQUE INDEX `message_by_key` ON `message` (`key`) WHERE key IS NOT NULL;--> statement-breakpoint
CREATE INDEX `message_by_topic` ON `message` (`to`,`id`);