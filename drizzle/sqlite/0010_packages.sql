CREATE TABLE `package_record` (
	`package` text NOT NULL,
	`position` integer NOT NULL,
	`kind` text NOT NULL,
	`uid` text NOT NULL,
	`target` text NOT NULL,
	`name` text NOT NULL,
	`mark` text NOT NULL,
	PRIMARY KEY(`package`, `position`),
	FOREIGN KEY (`package`) REFERENCES `package`(`name`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `package` (
	`name` text PRIMARY KEY NOT NULL,
	`version` text NOT NULL,
	`description` text NOT NULL,
	`values` text NOT NULL,
	`digest` text NOT NULL,
	`signed_by` text,
	`imported_at` integer NOT NULL,
	`original_file` text,
	`document` text NOT NULL,
	`original_text` text
);
--> statement-breakpoint
ALTER TABLE `automation` ADD `owner` text DEFAULT 'folder' NOT NULL;