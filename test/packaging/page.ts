import { readFileSync } from "node:fs";

/** The commands of docs/install.md, by the headings that they stand below: all of a heading as one script. */
export function commandsOfPage(): Map<string, string> {
  const page = readFileSync(new URL("../../docs/install.md", import.meta.url), "utf8");
  const found = new Map<string, string>();
  for (const section of page.split(/^## /m).slice(1)) {
    const heading = section.slice(0, section.indexOf("\n"));
    for (const [index, [, script = ""]] of [...section.matchAll(/^```sh\n(.*?)^```$/gms)].entries()) {
      found.set(index === 0 ? heading : `${heading} (${index + 1})`, script);
    }
  }
  return found;
}
