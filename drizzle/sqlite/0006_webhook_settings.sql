ALTER TABLE `event` ADD `webhook_account` text;--> statement-breakpoint
ALTER TABLE `event` ADD `data` text;--> statement-breakpoint
ALTER TABLE `webhook` ADD `settings` text;