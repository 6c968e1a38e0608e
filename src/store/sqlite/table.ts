import type { ColumnDataType } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTableWithColumns } from 'drizzle-orm/sqlite-core';

/**
 * The type of a drizzle table by the type of its rows. Written out, because exported types are declared
 * in this code base and the one that drizzle infers has no shorter name. `Made` are columns that the database
 * fills where they are absent.
 */
export type TableOf<Row, Made extends keyof Row = never> = SQLiteTableWithColumns<{
  name: string;
  schema: undefined;
  dialect: 'sqlite';
  columns: { [Name in keyof Row & string]: ColumnOf<Row[Name], Name extends Made ? true : false> };
}>;

type ColumnOf<Value, IsMade extends boolean> = SQLiteColumn<{
  name: string;
  tableName: string;
  dataType: ColumnDataType;
  columnType: string;
  data: NonNullable<Value>;
  driverParam: unknown;
  notNull: null extends Value ? false : true;
  hasDefault: IsMade;
  isPrimaryKey: boolean;
  isAutoincrement: boolean;
  hasRuntimeDefault: false;
  enumValues: string[] | undefined;
}>;
