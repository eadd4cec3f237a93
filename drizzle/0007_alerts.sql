CREATE TABLE `alerts` (
	`store` text NOT NULL,
	`kind` text NOT NULL,
	`subject` text NOT NULL,
	`opened_at` integer NOT NULL,
	`summary` text NOT NULL,
	`details` text NOT NULL,
	`quiet_since` integer,
	`over_at` integer,
	`told_at` integer,
	`attempts` integer NOT NULL,
	`next_attempt_at` integer,
	PRIMARY KEY(`store`, `kind`, `subject`)
);
--> statement-breakpoint
CREATE TABLE `audits` (
	`store` text PRIMARY KEY NOT NULL,
	`at` integer NOT NULL,
	`since` text NOT NULL,
	`until` text NOT NULL,
	`shopify` integer NOT NULL,
	`accounted` integer NOT NULL,
	`differing` integer NOT NULL,
	`differing_since` integer,
	`named` text NOT NULL
);
--> statement-breakpoint
DROP INDEX `due_orders_failing`;--> statement-breakpoint
CREATE INDEX `due_orders_failing` ON `due_orders` (`store`,`failing_since`) WHERE failing_since is not null;--> statement-breakpoint
ALTER TABLE `stores` ADD `reconciled_at` integer;--> statement-breakpoint
CREATE INDEX `events_live` ON `events` (`store`,`created_at`) WHERE state = 'pending' and lane = 'live';