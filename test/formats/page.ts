import { readFileSync } from "node:fs";

/** A page of docs/ whose tables and code blocks tests read. */
export interface Page {
  /** The rows of the first table below a heading, its header left out; cells without their code marks. */
  rows(heading: string): string[][];

  /** The lines of the code block that begins with this, behind the three backticks. */
  block(begin: string): string[];

  /** All text below a heading, to the next one. */
  section(heading: string): string;
}

/** Opens docs/NAME. */
export function openPage(name: string): Page {
  const text = readFileSync(new URL(`../../docs/${name}`, import.meta.url), "utf8");
  const page: Page = {
    section: (heading) => {
      const section = text.split(/^#+ /m).find((part) => part.startsWith(`${heading}\n`));
      if (section === undefined) throw new Error(`docs/${name} has no heading "${heading}"`);
      return section;
    },
    rows: (heading) => {
      const table = /^\|.*\n\|[-|]+\|\n((?:\|.*\n)+)/m.exec(page.section(heading))?.[1];
      if (table === undefined) throw new Error(`docs/${name} has no table below "${heading}"`);
      return table.trimEnd().split("\n").map(cellsOf);
    },
    block: (begin) => {
      const [, after] = text.split(`\`\`\`${begin}\n`);
      if (after === undefined) throw new Error(`docs/${name} has no block "${begin}"`);
      return after.slice(0, after.indexOf("\n```")).split("\n");
    },
  };
  return page;
}

function cellsOf(row: string): string[] {
  return row.split("|").slice(1, -1).map(contentOf);
}

/** What a cell stands for: its text, or where it has some, its pieces of code; `3 times` repeats the piece behind it. */
function contentOf(cell: string): string {
  const pieces = [...cell.matchAll(/(?:(\d+) times )?`([^`]*)`/g)];
  if (pieces.length === 0) return cell.trim();
  return pieces.map(([, times = "1", code = ""]) => code.repeat(Number(times))).join("");
}
