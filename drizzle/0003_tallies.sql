CREATE TABLE `tallies` (
	`store` text NOT NULL,
	`subject` text NOT NULL,
	`key` text NOT NULL,
	`number` integer NOT NULL,
	`amount` integer NOT NULL,
	PRIMARY KEY(`store`, `subject`, `key`)
);
--> statement-breakpoint
CREATE INDEX `due_orders_failing` ON `due_orders` (`store`,`attempts`) WHERE last_error is not null;
--> statement-breakpoint
create trigger tally_order_added after insert on orders begin
  insert into tallies (store, subject, key, number, amount) select new.store, 'order', case when new.decision = 'excluded' then 'excluded:' || coalesce(new.reason, '') else new.decision end, 1, 0 where true
    on conflict do update set number = number + excluded.number, amount = amount + excluded.amount;
end;
--> statement-breakpoint
create trigger tally_order_removed after delete on orders begin
  insert into tallies (store, subject, key, number, amount) select old.store, 'order', case when old.decision = 'excluded' then 'excluded:' || coalesce(old.reason, '') else old.decision end, -1, 0 where true
    on conflict do update set number = number + excluded.number, amount = amount + excluded.amount;
end;
--> statement-breakpoint
create trigger tally_order_changed after update of decision, reason on orders when old.decision is not new.decision or old.reason is not new.reason begin
  insert into tallies (store, subject, key, number, amount) select old.store, 'order', case when old.decision = 'excluded' then 'excluded:' || coalesce(old.reason, '') else old.decision end, -1, 0 where true
    on conflict do update set number = number + excluded.number, amount = amount + excluded.amount;
  insert into tallies (store, subject, key, number, amount) select new.store, 'order', case when new.decision = 'excluded' then 'excluded:' || coalesce(new.reason, '') else new.decision end, 1, 0 where true
    on conflict do update set number = number + excluded.number, amount = amount + excluded.amount;
end;
--> statement-breakpoint
create trigger tally_unmapped_added after insert on orders when new.channel_mapped = 0 and new.source_name is not null begin
  insert into tallies (store, subject, key, number, amount) select new.store, 'unmapped', json_array(new.source_name, new.app_name), 1, 0 where true
    on conflict do update set number = number + excluded.number, amount = amount + excluded.amount;
end;
--> statement-breakpoint
create trigger tally_unmapped_removed after delete on orders when old.channel_mapped = 0 and old.source_name is not null begin
  insert into tallies (store, subject, key, number, amount) select old.store, 'unmapped', json_array(old.source_name, old.app_name), -1, 0 where true
    on conflict do update set number = number + excluded.number, amount = amount + excluded.amount;
end;
--> statement-breakpoint
create trigger tally_unmapped_changed after update of channel_mapped, source_name, app_name on orders when old.channel_mapped is not new.channel_mapped or old.source_name is not new.source_name or old.app_name is not new.app_name begin
  insert into tallies (store, subject, key, number, amount) select old.store, 'unmapped', json_array(old.source_name, old.app_name), -1, 0 where old.channel_mapped = 0 and old.source_name is not null
    on conflict do update set number = number + excluded.number, amount = amount + excluded.amount;
  insert into tallies (store, subject, key, number, amount) select new.store, 'unmapped', json_array(new.source_name, new.app_name), 1, 0 where new.channel_mapped = 0 and new.source_name is not null
    on conflict do update set number = number + excluded.number, amount = amount + excluded.amount;
end;
--> statement-breakpoint
create trigger tally_changed_added after insert on orders when new.changed_after_sending is not null begin
  insert into tallies (store, subject, key, number, amount) select new.store, 'changed', new.currency, 1, coalesce(cast(replace(json_extract(new.changed_after_sending, '$.difference'), '.', '') as integer), 0) where true
    on conflict do update set number = number + excluded.number, amount = amount + excluded.amount;
end;
--> statement-breakpoint
create trigger tally_changed_removed after delete on orders when old.changed_after_sending is not null begin
  insert into tallies (store, subject, key, number, amount) select old.store, 'changed', old.currency, -1, -coalesce(cast(replace(json_extract(old.changed_after_sending, '$.difference'), '.', '') as integer), 0) where true
    on conflict do update set number = number + excluded.number, amount = amount + excluded.amount;
end;
--> statement-breakpoint
create trigger tally_changed_changed after update of currency, changed_after_sending on orders when old.currency is not new.currency or old.changed_after_sending is not new.changed_after_sending begin
  insert into tallies (store, subject, key, number, amount) select old.store, 'changed', old.currency, -1, -coalesce(cast(replace(json_extract(old.changed_after_sending, '$.difference'), '.', '') as integer), 0) where old.changed_after_sending is not null
    on conflict do update set number = number + excluded.number, amount = amount + excluded.amount;
  insert into tallies (store, subject, key, number, amount) select new.store, 'changed', new.currency, 1, coalesce(cast(replace(json_extract(new.changed_after_sending, '$.difference'), '.', '') as integer), 0) where new.changed_after_sending is not null
    on conflict do update set number = number + excluded.number, amount = amount + excluded.amount;
end;
--> statement-breakpoint
create trigger tally_event_added after insert on events begin
  insert into tallies (store, subject, key, number, amount) select new.store, 'event', new.state, 1, 0 where true
    on conflict do update set number = number + excluded.number, amount = amount + excluded.amount;
end;
--> statement-breakpoint
create trigger tally_event_removed after delete on events begin
  insert into tallies (store, subject, key, number, amount) select old.store, 'event', old.state, -1, 0 where true
    on conflict do update set number = number + excluded.number, amount = amount + excluded.amount;
end;
--> statement-breakpoint
create trigger tally_event_changed after update of state on events when old.state is not new.state begin
  insert into tallies (store, subject, key, number, amount) select old.store, 'event', old.state, -1, 0 where true
    on conflict do update set number = number + excluded.number, amount = amount + excluded.amount;
  insert into tallies (store, subject, key, number, amount) select new.store, 'event', new.state, 1, 0 where true
    on conflict do update set number = number + excluded.number, amount = amount + excluded.amount;
end;
--> statement-breakpoint
insert into tallies (store, subject, key, number, amount) select store, 'receipt', '', count(*), 0 from webhook_receipts group by 1, 3;
--> statement-breakpoint
insert into tallies (store, subject, key, number, amount) select store, 'order', case when orders.decision = 'excluded' then 'excluded:' || coalesce(orders.reason, '') else orders.decision end, count(*), 0 from orders group by 1, 3;
--> statement-breakpoint
insert into tallies (store, subject, key, number, amount) select store, 'unmapped', json_array(orders.source_name, orders.app_name), count(*), 0 from orders where orders.channel_mapped = 0 and orders.source_name is not null group by 1, 3;
--> statement-breakpoint
insert into tallies (store, subject, key, number, amount) select store, 'changed', orders.currency, count(*), sum(coalesce(cast(replace(json_extract(orders.changed_after_sending, '$.difference'), '.', '') as integer), 0)) from orders where orders.changed_after_sending is not null group by 1, 3;
--> statement-breakpoint
insert into tallies (store, subject, key, number, amount) select store, 'event', events.state, count(*), 0 from events group by 1, 3;
