CREATE TABLE `journal` (
	`run_id` text NOT NULL,
	`number` integer NOT NULL,
	`step` integer NOT NULL,
	`kind` text NOT NULL,
	`began_at` integer NOT NULL,
	`ended_at` integer,
	`arrival` integer,
	`args` text NOT NULL,
	`result` text,
	PRIMARY KEY(`run_id`, `number`)
);
--> statement-breakpoint
CREATE TABLE `message` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`to` text NOT NULL,
	`created_at` integer NOT NULL,
	`run_id` text NOT NULL,
	`effect` integer NOT NULL,
	`data` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `state` (
	`key` text PRIMARY KEY NOT NULL,
	`expires_at` integer,
	`value` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `state_expiring` ON `state` (`expires_at`) WHERE expires_at IS NOT NULL;--> statement-breakpoint
CREATE TABLE `__new_run` (
	`id` text PRIMARY KEY NOT NULL,
	`event_id` text NOT NULL,
	`webhook_id` text NOT NULL,
	`automation` text NOT NULL,
	`revision` text NOT NULL,
	`binding` integer NOT NULL,
	`status` integer NOT NULL,
	`attempt` integer NOT NULL,
	`started_at` integer NOT NULL,
	`due_at` integer,
	`ended_at` integer,
	`lease_until` integer,
	`lease_owner` text,
	`cpu_ms` real NOT NULL,
	`caller_run` text,
	`caller_effect` integer,
	`inputs` text NOT NULL,
	`failure` text,
	`logs` text NOT NULL,
	`value` text,
	`answer_status` integer,
	`answer_headers` text,
	`answer_body` blob
);
--> statement-breakpoint
-- By hand: what the new columns hold for old rows, which drizzle-kit selects from a table without them.
-- 5 is `succeeded` and 6 is `failed`; no other run was stored, each had one attempt, and inputs were not
-- kept. In the old order, because runs that started in the same millisecond are listed in it.
INSERT INTO `__new_run`("id", "event_id", "webhook_id", "automation", "revision", "binding", "status", "attempt", "started_at", "due_at", "ended_at", "lease_until", "lease_owner", "cpu_ms", "caller_run", "caller_effect", "inputs", "failure", "logs", "value", "answer_status", "answer_headers", "answer_body") SELECT "id", "event_id", "webhook_id", "automation", "revision", "binding", CASE "status" WHEN 'succeeded' THEN 5 ELSE 6 END, 1, "started_at", NULL, "ended_at", NULL, NULL, "cpu_ms", NULL, NULL, '{}', "failure", "logs", NULL, "answer_status", "answer_headers", "answer_body" FROM `run` ORDER BY rowid;--> statement-breakpoint
DROP TABLE `run`;--> statement-breakpoint
ALTER TABLE `__new_run` RENAME TO `run`;--> statement-breakpoint
CREATE INDEX `run_by_event` ON `run` (`event_id`);--> statement-breakpoint
CREATE INDEX `run_by_webhook` ON `run` (`webhook_id`,`id`);--> statement-breakpoint
CREATE INDEX `run_due` ON `run` (`due_at`) WHERE due_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `run_leased` ON `run` (`lease_until`) WHERE lease_until IS NOT NULL;--> statement-breakpoint
CREATE INDEX `run_unsucceeded` ON `run` (`status`,`id`) WHERE status <> 5;