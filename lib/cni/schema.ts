/**
 * The part of JSON Schema that this project's configurations need.
 *
 * Schemas are written with TypeBox in files named `*.schema.ts`, next to the types that are derived from them;
 * the build turns them into plain JSON, so that no schema library is loaded at run time.
 */
export interface Schema {
  readonly type?: "object" | "array" | "string" | "boolean" | "integer" | "number";
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  /** Alternatives that can be told apart by their type or `const` alone. */
  readonly anyOf?: readonly Schema[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
}
