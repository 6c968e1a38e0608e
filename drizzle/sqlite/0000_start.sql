CREATE TABLE `automation` (
	`name` text PRIMARY KEY NOT NULL,
	`revision` text NOT NULL,
	`file` text NOT NULL,
	FOREIGN KEY (`revision`) REFERENCES `revision`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `binding` (
	`webhook_id` text NOT NULL,
	`position` integer NOT NULL,
	`automation` text NOT NULL,
	`when` text,
	`disabled` integer,
	`also` integer,
	`inputs` text,
	PRIMARY KEY(`webhook_id`, `position`),
	FOREIGN KEY (`webhook_id`) REFERENCES `webhook`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `event` (
	`id` text PRIMARY KEY NOT NULL,
	`webhook_id` text NOT NULL,
	`received_at` integer NOT NULL,
	`status` integer NOT NULL,
	`method` text NOT NULL,
	`path` text NOT NULL,
	`query` text,
	`headers` text NOT NULL,
	`client_ip` text NOT NULL,
	`body` blob NOT NULL
);
--> statement-breakpoint
CREATE INDEX `event_by_webhook` ON `event` (`webhook_id`,`id`);--> statement-breakpoint
CREATE INDEX `event_pending` ON `event` (`received_at`) WHERE status = 2;--> statement-breakpoint
CREATE TABLE `revision` (
	`id` text PRIMARY KEY NOT NULL,
	`automation` text NOT NULL,
	`source` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `run` (
	`id` text PRIMARY KEY NOT NULL,
	`event_id` text NOT NULL,
	`webhook_id` text NOT NULL,
	`automation` text NOT NULL,
	`revision` text NOT NULL,
	`binding` integer NOT NULL,
	`status` text NOT NULL,
	`started_at` integer NOT NULL,
	`ended_at` integer NOT NULL,
	`cpu_ms` real NOT NULL,
	`failure` text,
	`logs` text NOT NULL,
	`answer_status` integer,
	`answer_headers` text,
	`answer_body` blob
);
--> statement-breakpoint
CREATE INDEX `run_by_event` ON `run` (`event_id`);--> statement-breakpoint
CREATE TABLE `storage` (
	`name` text PRIMARY KEY NOT NULL,
	`bytes` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `webhook` (
	`id` text PRIMARY KEY NOT NULL,
	`token` text NOT NULL,
	`name` text NOT NULL,
	`description` text NOT NULL,
	`paused` integer NOT NULL,
	`respond` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `webhook_token_unique` ON `webhook` (`token`);--> statement-breakpoint
CREATE UNIQUE INDEX `webhook_name_unique` ON `webhook` (`name`);