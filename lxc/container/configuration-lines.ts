/** A line of one of LXC's configuration files. All of them, one after the other, are the file. */
export interface ConfigurationLine {
  /** As it stands there, with its end where it has one. */
  readonly text: string;
  /** What it sets; undefined for a blank line, a comment, and what LXC does not understand. */
  readonly item: ConfigurationItem | undefined;
}

/** A key and its value, which is empty where the line clears what was set before. */
export interface ConfigurationItem {
  readonly key: string;
  readonly value: string;
}

/** Takes a configuration file apart (lxc.container.conf(5)). Nothing is lost: the texts, joined, are the file. */
export function parseLines(text: string): ConfigurationLine[] {
  const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  return lines.map((line) => ({ text: line, item: parseItem(line) }));
}

function parseItem(line: string): ConfigurationItem | undefined {
  const [, key, value = ""] = /^[ \t]*(lxc\.[^=\s]+)[ \t]*=[ \t]*(.*?)[ \t\r\n]*$/s.exec(line) ?? [];
  return key === undefined ? undefined : { key, value: withoutQuotes(value) };
}

/** LXC takes away a pair of quotes around a value, and no others. */
function withoutQuotes(value: string): string {
  const isQuoted = value.length > 1 && /^["']/.test(value) && value.at(-1) === value[0];
  return isQuoted ? value.slice(1, -1) : value;
}
