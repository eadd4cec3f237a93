ALTER TABLE `orders` ADD `subscription` text;--> statement-breakpoint
CREATE INDEX `orders_changed` ON `orders` (`store`,`currency`,`created_at`) WHERE changed_after_sending is not null;