import { printable } from "./printable.ts";
import { styled, withoutStyle } from "./style.ts";

/**
 * Lays rows out below their headings, in columns that are two blanks apart.
 *
 * A cell that is empty shows as `-`, so that every line has as many words as there are columns. Cells may be styled.
 *
 * @returns lines that each end in a newline; nothing but the headings where there are no rows.
 */
export function tableOf(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => headings.map((_, column) => printable(row[column] || "-")));
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...cells.map((row) => widthOf(row[column] ?? ""))),
  );
  const lineOf = (row: readonly string[]) =>
    row.map((cell, column) => padded(cell, widths[column] ?? 0)).join("  ");
  const lines = [headings.map((heading) => styled(heading, "heading")), ...cells].map(lineOf);
  return lines.map((line) => `${line.trimEnd()}\n`).join("");
}

function padded(cell: string, width: number): string {
  return cell + " ".repeat(Math.max(0, width - widthOf(cell)));
}

function widthOf(cell: string): number {
  return [...withoutStyle(cell)].length;
}
