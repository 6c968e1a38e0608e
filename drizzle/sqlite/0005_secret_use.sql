DROP TABLE `key_proof`;--> statement-breakpoint
DROP TABLE `secret`;--> statement-breakpoint
ALTER TABLE `run` ADD `secret_use` text;