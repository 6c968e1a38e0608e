CREATE TABLE `pending_event` (
	`event_id` text PRIMARY KEY NOT NULL,
	`received_at` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO `pending_event` SELECT `id`, `received_at` FROM `event` WHERE `status` = 2;--> statement-breakpoint
UPDATE `event` SET `status` = 3 WHERE `status` = 2;--> statement-breakpoint
DROP INDEX `event_pending`;
