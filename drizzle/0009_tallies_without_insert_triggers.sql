-- Rows that are added are counted by src/store/tally.ts.
drop trigger tally_order_added;
--> statement-breakpoint
drop trigger tally_unmapped_added;
--> statement-breakpoint
drop trigger tally_changed_added;
--> statement-breakpoint
drop trigger tally_event_added;
