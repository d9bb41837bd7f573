/**
 * What `ip -batch` takes its input for: the words of each command. Written after iproute2's own reader (getcmdline and
 * makeargs), not after what composes it here.
 *
 * @throws Error for a quotation that does not end, with which ip stops.
 */
export function batchCommands(text: string): string[][] {
  const lines = text.replaceAll("\\\n", "").split("\n");
  return lines.map((line) => batchWords(line.replace(/#.*$/s, ""))).filter((words) => words.length > 0);
}

function batchWords(line: string): string[] {
  const words: string[] = [];
  let rest = line.replace(/^[ \t\r]+/, "");
  while (rest !== "") {
    const mark = rest[0];
    const isQuoted = mark === '"' || mark === "'";
    const end = isQuoted ? rest.indexOf(mark, 1) : rest.search(/[ \t\r]|$/);
    if (end < 0) throw new Error(`a quotation does not end in ${JSON.stringify(line)}`);
    words.push(rest.slice(isQuoted ? 1 : 0, end));
    rest = rest.slice(isQuoted ? end + 1 : end).replace(/^[ \t\r]+/, "");
  }
  return words;
}

/**
 * What iptables-restore takes its input for: the words of each line, without comments. Written after
 * xshared.c (add_param_to_argv): a backslash takes away the meaning of a quotation mark or of another backslash, within
 * quotation marks.
 */
export function restoreCommands(text: string): string[][] {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return lines.map(restoreWords);
}

function restoreWords(line: string): string[] {
  const words: string[] = [];
  let word = "";
  let [isOpen, isQuoted, isEscaped] = [false, false, false];
  for (const character of line) {
    if (isQuoted && isEscaped) {
      word += character;
      isEscaped = false;
    } else if (isQuoted && character === "\\") isEscaped = true;
    else if (character === '"') {
      isQuoted = !isQuoted;
      isOpen = true;
    } else if (!isQuoted && /[ \t]/.test(character)) {
      if (isOpen) words.push(word);
      [word, isOpen] = ["", false];
    } else {
      word += character;
      isOpen = true;
    }
  }
  if (isQuoted) throw new Error(`a quotation does not end in ${JSON.stringify(line)}`);
  if (isOpen) words.push(word);
  return words;
}

/**
 * What nft takes its input for: JSON where it is called with `-j`, else the words, marks and quotations of each line. A
 * quotation knows no escapes; `#` starts a comment outside of one, and a backslash at its end continues a line.
 */
export function nftCommands(text: string): string[][] {
  if (/^\s*\{/.test(text)) return leavesOf(JSON.parse(text), "");
  const tokens = text
    .replaceAll("\\\n", " ")
    .matchAll(/"[^"\n]*"|#[^\n]*|[{};,=!<>()]|\n|[^\s"#{};,=!<>()]+|"/g);
  const lines: string[][] = [[]];
  for (const [token] of tokens) {
    if (token === '"') throw new Error(`a quotation does not end in ${JSON.stringify(text)}`);
    if (token === "\n") lines.push([]);
    else if (!token.startsWith("#")) lines.at(-1)?.push(token.replace(/^"(.*)"$/s, "$1"));
  }
  return lines.filter((words) => words.length > 0);
}

/** Every value that holds no others, with the way that leads to it. */
function leavesOf(value: unknown, path: string): string[][] {
  if (typeof value !== "object" || value === null) return [[path, String(value)]];
  return Object.entries(value).flatMap(([key, member]) => leavesOf(member, `${path}/${key}`));
}
