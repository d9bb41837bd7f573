import { readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * The file `copyright`, machine-readable (DEP-5): this project's licence, and as Debian's own files have them, those of
 * what the executables are linked with.
 *
 * @param {string} root The checkout, built.
 */
export function copyrightFile(root) {
  const read = (path) => readFileSync(join(root, path), "utf8").trim();
  return `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: lxc-cni
Comment: The executables hold QuickJS-ng and musl, whose files of this kind follow.

Files: *
Copyright: the authors of lxc-cni
License: Apache-2.0

License: Apache-2.0
 On Debian systems, the full text of the Apache License, Version 2.0 is in
 /usr/share/common-licenses/Apache-2.0.

${parts(read("dist/bin/LICENSE.quickjs-ng"), "quickjs-ng")}

${parts(read("dist/bin/LICENSE.musl"), "musl")}
`;
}

/** The paragraphs of such a file but its first, for files below a directory and with licences of their own names. */
function parts(text, directory) {
  const [, ...paragraphs] = text.split(/\n\s*\n+(?=\S)/);
  return paragraphs
    .map((paragraph) =>
      paragraph
        .replace(/^Files:[\s\S]*?(?=^\S)/m, (files) =>
          files.replace(/\s(?=\S)/g, (blank) => `${blank}${directory}/`),
        )
        .replace(/^License: *(\S+)/gm, `License: ${directory}-$1`)
        .trimEnd(),
    )
    .join("\n\n");
}
