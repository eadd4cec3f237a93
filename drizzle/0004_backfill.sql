CREATE TABLE `backfill_slices` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`backfill` integer NOT NULL,
	`since` integer NOT NULL,
	`until` integer NOT NULL,
	`state` text NOT NULL,
	`operation` text,
	`attempts` integer NOT NULL,
	`halved` integer NOT NULL,
	`expected` integer NOT NULL,
	`checkpoint` integer NOT NULL,
	`derived` integer NOT NULL,
	`marked_due` integer NOT NULL,
	`known` integer NOT NULL,
	`distinct` integer,
	`error` text,
	`first_id` text,
	`last_id` text
);
--> statement-breakpoint
CREATE INDEX `backfill_slices_window` ON `backfill_slices` (`backfill`,`until`);--> statement-breakpoint
CREATE TABLE `backfills` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`store` text NOT NULL,
	`origin` text NOT NULL,
	`words` text NOT NULL,
	`since` integer,
	`until` integer NOT NULL,
	`state` text NOT NULL,
	`expected` integer,
	`created_at` integer NOT NULL,
	`started_at` integer,
	`finished_at` integer,
	`error` text
);
--> statement-breakpoint
CREATE INDEX `backfills_store` ON `backfills` (`store`,`id`);