CREATE TABLE `schedule` (
	`automation` text PRIMARY KEY NOT NULL,
	`definition` text NOT NULL,
	`last_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `run_open` ON `run` (`automation`) WHERE status <= 4;