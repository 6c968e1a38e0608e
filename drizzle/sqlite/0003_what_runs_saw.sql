ALTER TABLE `event` ADD `webhook_name` text;--> statement-breakpoint
ALTER TABLE `event` ADD `webhook_url` text;