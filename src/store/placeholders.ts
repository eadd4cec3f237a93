/** Short forms for prepared statements: parameters by column, and "take the new value" in an upsert. */
import type { Placeholder, SQL } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { getTableColumns, sql } from './drizzle.ts';

type Columns<T extends SQLiteTable> = Extract<keyof T['_']['columns'], string>;

/** One parameter per column, named like it, for the values of an insert; `except` those the database fills. */
export function parametersOf<T extends SQLiteTable, X extends Columns<T> = never>(
  table: T,
  ...except: X[]
): Record<Exclude<Columns<T>, X>, Placeholder> {
  const names = Object.keys(getTableColumns(table)).filter((name) => !(except as string[]).includes(name));
  return Object.fromEntries(names.map((name) => [name, sql.placeholder(name)])) as Record<Exclude<Columns<T>, X>, Placeholder>;
}

/** The set clause of an upsert that takes every column of the new row, `except` those to be kept. */
export function newValuesOf<T extends SQLiteTable, X extends Columns<T>>(table: T, ...except: X[]): Record<Exclude<Columns<T>, X>, SQL> {
  const columns = Object.entries(getTableColumns(table)).filter(([name]) => !(except as string[]).includes(name));
  return Object.fromEntries(columns.map(([name, column]) => [name, sql.raw(`excluded.${column.name}`)])) as Record<
    Exclude<Columns<T>, X>,
    SQL
  >;
}

/** A parameter in the set clause of an update. */
export function parameter(name: string): SQL {
  return sql`${sql.placeholder(name)}`;
}
