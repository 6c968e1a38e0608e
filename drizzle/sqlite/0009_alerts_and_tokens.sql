CREATE TABLE `alert` (
	`message_id` text PRIMARY KEY NOT NULL,
	`hook_id` text NOT NULL,
	`due_at` integer NOT NULL,
	`tries` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `alert_due` ON `alert` (`due_at`);--> statement-breakpoint
CREATE TABLE `token` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`scopes` text NOT NULL,
	`digest` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `token_name_unique` ON `token` (`name`);--> statement-breakpoint
CREATE UNIQUE INDEX `token_digest_unique` ON `token` (`digest`);