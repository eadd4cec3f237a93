CREATE TABLE `attempts` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`event` integer NOT NULL,
	`at` integer NOT NULL,
	`latency_ms` integer NOT NULL,
	`status` integer,
	`answer` text
);
--> statement-breakpoint
CREATE INDEX `attempts_event` ON `attempts` (`event`);--> statement-breakpoint
CREATE INDEX `attempts_age` ON `attempts` (`at`);--> statement-breakpoint
CREATE TABLE `daemon` (
	`id` integer PRIMARY KEY NOT NULL,
	`pid` integer NOT NULL,
	`host` text NOT NULL,
	`started_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `destinations` (
	`store` text NOT NULL,
	`destination` text NOT NULL,
	`paused_at` integer,
	`reason` text,
	`probe_at` integer,
	`probes` integer NOT NULL,
	`last_delivered_at` integer,
	`resumed_at` integer,
	PRIMARY KEY(`store`, `destination`)
);
--> statement-breakpoint
CREATE TABLE `due_orders` (
	`store` text NOT NULL,
	`order_id` text NOT NULL,
	`due_at` integer NOT NULL,
	`held_until` integer,
	`reason` text NOT NULL,
	`version` integer NOT NULL,
	`lease_token` text,
	`attempts` integer NOT NULL,
	`first_due_at` integer NOT NULL,
	`lane` text NOT NULL,
	`delete_seen` integer NOT NULL,
	`missing_since` integer,
	`last_error` text,
	PRIMARY KEY(`store`, `order_id`)
);
--> statement-breakpoint
CREATE INDEX `due_orders_claim` ON `due_orders` (`store`,`lane`,`due_at`);--> statement-breakpoint
CREATE INDEX `due_orders_held` ON `due_orders` (`store`,`due_at`) WHERE held_until is not null;--> statement-breakpoint
CREATE TABLE `events` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`store` text NOT NULL,
	`destination` text NOT NULL,
	`event_id` text NOT NULL,
	`order_id` text NOT NULL,
	`sequence` integer NOT NULL,
	`name` text NOT NULL,
	`body` text,
	`lane` text NOT NULL,
	`state` text NOT NULL,
	`attempts` integer NOT NULL,
	`created_at` integer NOT NULL,
	`first_attempt_at` integer,
	`next_attempt_at` integer,
	`settled_at` integer,
	`outcome` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `events_identity` ON `events` (`event_id`,`store`,`destination`);--> statement-breakpoint
CREATE UNIQUE INDEX `events_sequence` ON `events` (`store`,`order_id`,`destination`,`sequence`);--> statement-breakpoint
CREATE INDEX `events_state` ON `events` (`store`,`state`,`created_at`);--> statement-breakpoint
CREATE INDEX `events_prunable` ON `events` (`settled_at`) WHERE body is not null and settled_at is not null;--> statement-breakpoint
CREATE TABLE `lanes` (
	`store` text NOT NULL,
	`destination` text NOT NULL,
	`order_id` text NOT NULL,
	`lane` text NOT NULL,
	`next_at` integer,
	`lease_token` text,
	PRIMARY KEY(`store`, `order_id`, `destination`)
);
--> statement-breakpoint
CREATE INDEX `lanes_claim` ON `lanes` (`store`,`destination`,`lane`,`next_at`) WHERE next_at is not null;--> statement-breakpoint
CREATE INDEX `lanes_blocked` ON `lanes` (`store`,`order_id`,`destination`) WHERE next_at is null;--> statement-breakpoint
CREATE TABLE `orders` (
	`store` text NOT NULL,
	`order_id` text NOT NULL,
	`name` text NOT NULL,
	`customer_id` text,
	`created_at` integer NOT NULL,
	`placed_at` text NOT NULL,
	`updated_at` text NOT NULL,
	`source_name` text,
	`app_name` text,
	`currency` text NOT NULL,
	`channel` text NOT NULL,
	`channel_mapped` integer NOT NULL,
	`total` text NOT NULL,
	`historical` integer NOT NULL,
	`decision` text NOT NULL,
	`reason` text,
	`refunds` text NOT NULL,
	`sent_total` text,
	`sent_lines` text,
	`waited_for_journey` integer NOT NULL,
	`changed_after_sending` text,
	`trail` text NOT NULL,
	PRIMARY KEY(`store`, `order_id`)
);
--> statement-breakpoint
CREATE INDEX `orders_name` ON `orders` (`store`,`name`);--> statement-breakpoint
CREATE INDEX `orders_customer` ON `orders` (`store`,`customer_id`,`created_at`) WHERE customer_id is not null;--> statement-breakpoint
CREATE INDEX `orders_decision` ON `orders` (`store`,`decision`,`reason`);--> statement-breakpoint
CREATE INDEX `orders_unmapped` ON `orders` (`store`,`source_name`,`app_name`) WHERE channel_mapped = 0;--> statement-breakpoint
CREATE TABLE `stores` (
	`name` text PRIMARY KEY NOT NULL,
	`domain` text NOT NULL,
	`shop_name` text NOT NULL,
	`currency` text NOT NULL,
	`time_zone` text NOT NULL,
	`scopes` text NOT NULL,
	`first_connected_at` integer NOT NULL,
	`connected_at` integer NOT NULL,
	`state` text NOT NULL,
	`state_reason` text,
	`token_at` integer,
	`subscriptions` text NOT NULL,
	`subscriptions_checked_at` integer,
	`check_requested_at` integer
);
--> statement-breakpoint
CREATE TABLE `watermarks` (
	`store` text PRIMARY KEY NOT NULL,
	`at` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `webhook_receipts` (
	`store` text NOT NULL,
	`delivery_id` text NOT NULL,
	`event_id` text,
	`topic` text NOT NULL,
	`order_id` text,
	`triggered_at` text,
	`received_at` integer NOT NULL,
	PRIMARY KEY(`store`, `delivery_id`)
);
--> statement-breakpoint
CREATE INDEX `webhook_receipts_age` ON `webhook_receipts` (`received_at`);