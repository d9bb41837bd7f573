import { escaped, line, literal, sentence } from "./roff.mjs";

/**
 * Turns a page of docs/ into the text of a man page: headings, paragraphs, lists, tables of keys, and code.
 *
 * @throws where a page has something else, such as a picture.
 */
export function markdownInRoff(markdown) {
  const [title, ...blocks] = blocksOf(markdown);
  if (!title?.[0]?.startsWith("# ")) throw new Error("a page begins with its title");
  return blocks.map(inRoff).join("");
}

/** The lines of each block. They are apart by empty lines, but for code, which may have such lines in it. */
function blocksOf(markdown) {
  const blocks = [[]];
  let isCode = false;
  for (const each of markdown.trimEnd().split("\n")) {
    if (each.startsWith("```")) isCode = !isCode;
    if (each === "" && !isCode) blocks.push([]);
    else blocks.at(-1).push(each);
  }
  return blocks.filter((lines) => lines.length > 0);
}

function inRoff(lines) {
  const [first] = lines;
  if (first.startsWith("## ")) return `.SH ${text(first.slice(3).toUpperCase())}\n`;
  if (first.startsWith("```")) return literal(lines.slice(1, -1));
  if (first.startsWith("|")) return tableInRoff(lines.map(cellsOf));
  if (first.startsWith("* "))
    return items(lines)
      .map((each) => `.IP \\(bu 2\n${each}\n`)
      .join("");
  if (/^([#!<>]|\d+\. )/.test(first)) throw new Error(`nobody has said how a man page is to show: ${first}`);
  return `.PP\n${inLines(lines)}\n`;
}

/** Items go on in lines that begin with blanks. */
function items(lines) {
  const found = [];
  for (const each of lines) {
    if (each.startsWith("* ")) found.push([each.slice(2)]);
    else found.at(-1).push(each.trim());
  }
  return found.map(inLines);
}

function cellsOf(row) {
  return row
    .replace(/^\||\|$/g, "")
    .split("|")
    .map((cell) => cell.trim());
}

/** Each row: its first cell as a tag, the last one below; then what is between, such as a default, behind its heading. */
function tableInRoff([headings, , ...rows]) {
  return rows
    .map(([key, ...others]) => {
      const meaning = sentence(others.at(-1));
      const between = others
        .slice(0, -1)
        .flatMap((cell, index) => (cell === "" ? [] : sentence(`${headings[index + 1]}: ${cell}`)));
      return `.TP\n${text(key)}\n${line(text([meaning, ...between].join(" ")))}\n`;
    })
    .join("");
}

/** The text of lines: what is code or emphasised may go on in the next one. */
function inLines(lines) {
  return text(lines.join("\n"))
    .split("\n")
    .map((each) => line(each))
    .join("\n");
}

/** Text with code in bold, emphasis in italics, and links without where they lead. */
function text(markdown) {
  return markdown
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .split(/(`[^`]*`)/)
    .map((part) => (part.startsWith("`") ? `\\fB${escaped(part.slice(1, -1))}\\fR` : plain(part)))
    .join("");
}

function plain(markdown) {
  return escaped(markdown)
    .replace(/\*\*([^*]+)\*\*/g, "\\fB$1\\fR")
    .replace(/\*([^*]+)\*/g, "\\fI$1\\fR");
}
