import { system } from "#system";
import { observe } from "./observations.ts";

/** Bytes as printf(1) takes them, each a way to be or not to be UTF-8. */
const inputs = [
  "plain",
  "\\303\\251\\342\\202\\254\\360\\237\\230\\200",
  "\\357\\273\\277mark",
  "a\\000b",
  "\\200",
  "\\377\\376",
  "\\300\\257",
  "\\340\\200\\200",
  "\\355\\240\\200",
  "\\355\\237\\277",
  "\\360\\200\\200\\200",
  "\\364\\217\\277\\277",
  "\\364\\220\\200\\200",
  "\\365x",
  "\\342\\202",
  "\\342\\202x",
  "\\360\\237\\230",
  "\\360\\237x\\230\\200",
  "x\\303",
];

/** @param base A directory to write in. */
export function observeText(base: string): void {
  const printf = (format: string) =>
    `printf '${format}' > ${base}/bytes; printf '${format}'; printf '${format}' >&2`;
  for (const input of inputs) {
    const shell = { program: "sh", arguments: ["-c", printf(input)], deadline: 5000 };
    observe(`text, ${input}`, () => {
      const { output, errors } = system.start(shell).wait();
      const text = system.readText(`${base}/bytes`);
      return { text, same: text === output && text === errors };
    });
  }
  observe("text, tail from the middle of a character", () => {
    system.replaceFile(`${base}/bytes`, "x\u{20ac}", 0o644);
    return system.readTail(`${base}/bytes`, 2);
  });

  const halves = "a\ud800b\udc00\u{1f600}\ud83d";
  observe("text, half surrogate pairs on their way out", () => {
    system.replaceFile(`${base}/bytes`, halves, 0o644);
    return system.start({ program: "od", arguments: ["-An", "-tx1", `${base}/bytes`], deadline: 5000 }).wait()
      .output;
  });
  observe("text, half surrogate pairs in an argument", () => {
    return system.start({ program: "printf", arguments: ["%s", halves], deadline: 5000 }).wait().output;
  });
  observe("text, half surrogate pairs in a name", () => {
    system.createFile(`${base}/half-\ud800`, "", 0o644);
    return system.listDirectory(base)?.filter((name) => name.startsWith("half"));
  });
  observe("text, NUL goes out", () => {
    system.replaceFile(`${base}/bytes`, "a\0b", 0o644);
    return system.readText(`${base}/bytes`);
  });
}
