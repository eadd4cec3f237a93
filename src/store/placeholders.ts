/** Short forms for prepared statements: parameters by column, limits, constants, and "take the new value" in an upsert. */
import type { Placeholder, SQL } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { eq, getTableColumns, sql } from './drizzle.ts';

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

/**
 * A named parameter. The plus changes no value and keeps SQLite (3.54) from compiling the statement anew at each run: of a bare one it wants the value before it chooses a plan,
 * for `column = ?` where it weighs an order (that of min and max, too) or a join, and for `limit ?`. As nobody runs ANALYZE here, no value changes a plan. better-sqlite3 cannot
 * turn that off (SQLITE_DBCONFIG_ENABLE_QPSG). Compiling was most of the time of such a statement.
 */
export function p(name: string): SQL {
  return sql`+${sql.placeholder(name)}`;
}

/** A number or a parameter of that name after `limit`, where drizzle would bind either bare. */
export function limitOf(rows: number | string): Placeholder {
  return (typeof rows === 'number' ? sql.raw(String(rows)) : p(rows)) as unknown as Placeholder;
}

/** `column = 'word'` with the word in the text of the statement: what a partial index is about (`events_live`) must not be bound, for the same reason. */
export function is<C extends SQLiteColumn>(column: C, word: C['_']['data'] & string): SQL {
  return eq(column, sql.raw(`'${word}'`));
}
