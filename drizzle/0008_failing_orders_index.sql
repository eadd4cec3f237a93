DROP INDEX `due_orders_failing`;--> statement-breakpoint
CREATE INDEX `due_orders_failing_since` ON `due_orders` (`store`,`failing_since`) WHERE failing_since is not null;--> statement-breakpoint
CREATE INDEX `due_orders_failing` ON `due_orders` (`store`,`attempts`) WHERE last_error is not null;