/**
 * The file `copyright`, machine-readable (DEP-5): this project's licence, and as Debian's own files have them, those of
 * what the executables are linked with.
 *
 * @param {import("./built.mjs").Built} built
 */
export function copyrightFile(built) {
  const names = built.linked.map(({ name }) => name);
  const [last = "", ...others] = [...names].reverse();
  return `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: lxc-cni
Comment: The executables hold ${others.reverse().join(", ")} and ${last}, whose licences follow.

Files: *
Copyright: the authors of lxc-cni
License: Apache-2.0

License: Apache-2.0
 On Debian systems, the full text of the Apache License, Version 2.0 is in
 /usr/share/common-licenses/Apache-2.0.

${names.map((name) => paragraphs(built, name)).join("\n\n")}
`;
}

function paragraphs(built, name) {
  if (name === "libgcc") return libgcc;
  const library = name.toLowerCase();
  return parts(built.read(`LICENSE.${library}`).toString().trim(), library);
}

/** Debian's file of it is prose, and about all of GCC. */
const libgcc = `Files: libgcc/soft-fp/*
Copyright: 1997-2022 Free Software Foundation, Inc.
License: LGPL-2.1+ with linking exception
 In addition to the permissions in the GNU Lesser General Public License, the
 Free Software Foundation gives you unlimited permission to link the compiled
 version of these files into combinations with other programs, and to distribute
 those combinations without any restriction coming from the use of these files.
 .
 On Debian systems, the full text of the GNU Lesser General Public License,
 Version 2.1 is in /usr/share/common-licenses/LGPL-2.1.`;

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
