ALTER TABLE `destinations` ADD `cause` text;--> statement-breakpoint
ALTER TABLE `destinations` ADD `down_ms` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `due_orders` ADD `failing_since` integer;--> statement-breakpoint
ALTER TABLE `due_orders` ADD `set_aside_at` integer;--> statement-breakpoint
ALTER TABLE `due_orders` ADD `discarded` text;--> statement-breakpoint
ALTER TABLE `due_orders` ADD `crashes` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `due_orders` ADD `suspect` integer;--> statement-breakpoint
CREATE INDEX `due_orders_set_aside` ON `due_orders` (`store`,`set_aside_at`) WHERE set_aside_at is not null;--> statement-breakpoint
CREATE INDEX `due_orders_suspect` ON `due_orders` (`store`,`suspect`,`due_at`) WHERE suspect is not null;--> statement-breakpoint
ALTER TABLE `events` ADD `down_ms_before` integer;--> statement-breakpoint
ALTER TABLE `lanes` ADD `crashes` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `lanes` ADD `suspect` integer;--> statement-breakpoint
CREATE INDEX `lanes_suspect` ON `lanes` (`store`,`destination`,`suspect`,`next_at`) WHERE suspect is not null;