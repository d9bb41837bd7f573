import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { schemaFiles } from "../../scripts/build/schema-files.mjs";
import { componentsInside } from "./components.mjs";
import { copyrightFile } from "./copyright.mjs";
import { documents, documentsOf } from "./documents.mjs";
import { manPages } from "./man-pages.mjs";
import { billOfMaterials } from "./sbom.mjs";

const executables = ["bridge", "host-local", "lxc-cni"];

/**
 * Lays out the files of a package below a directory.
 *
 * Plugins are beside lxc-cni, which looks for them there, in a directory that is in nobody's search path: another
 * program is named `bridge`, too. `bin/lxc-cni` leads to it.
 *
 * @param {object} options
 * @param {string} options.root The checkout.
 * @param {import("./built.mjs").Built} options.built What it was built into.
 * @param {string} options.directory Where they go, as if it were `/`.
 * @param {"/usr" | "/usr/local"} options.prefix
 * @param {import("./release.mjs").Release} options.release
 */
export async function layOut({ root, built, directory, prefix, release }) {
  const write = (path, content, mode = 0o644) => {
    const target = join(directory, prefix, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, content, { mode });
  };
  const read = (path) => readFileSync(join(root, path));
  const withPrefix = (text) => text.toString().replace(/\/usr\/(?=libexec\/|share\/)/g, `${prefix}/`);
  const { version, time } = release;

  for (const name of executables) write(`libexec/lxc-cni/${name}`, built.read(name), 0o755);
  mkdirSync(join(directory, prefix, "bin"), { recursive: true });
  symlinkSync("../libexec/lxc-cni/lxc-cni", join(directory, prefix, "bin/lxc-cni"));

  const pages = await manPages(root, { version, date: time.toISOString().slice(0, 10), prefix });
  for (const [name, text] of Object.entries(pages)) {
    write(`share/man/man${name.at(-1)}/${name}.gz`, compressed(text));
  }
  for (const [shell, path] of Object.entries(completions[prefix])) {
    write(path, built.print("lxc-cni", ["completion", shell]));
  }
  for (const name of readdirSync(join(root, "packaging/systemd"))) {
    write(`lib/systemd/system/${name}`, withPrefix(read(`packaging/systemd/${name}`)));
  }
  const daemons = "packaging/daemons";
  write("lib/systemd/network/05-lxc-cni.network", read(`${daemons}/05-lxc-cni.network`));
  // NetworkManager reads nothing below /usr/local; lxc-cni doctor says what to do there.
  if (prefix === "/usr") {
    write("lib/NetworkManager/conf.d/lxc-cni.conf", read(`${daemons}/NetworkManager.conf`));
  }
  const schemas = await schemaFiles(root);
  for (const [name, text] of Object.entries(schemas)) write(`share/lxc-cni/schema/${name}`, text);
  write("share/lxc/config/lxc-cni.conf", withPrefix(read("packaging/lxc/lxc-cni.conf")));

  const components = componentsInside(root, built);
  const contents = Object.fromEntries(executables.map((name) => [name, built.read(name)]));
  write(`${documents}/sbom.cdx.json`, billOfMaterials({ version, time, executables: contents, components }));
  write(`${documents}/copyright`, copyrightFile(built));
  write(`${documents}/changelog.gz`, compressed(changelog(release)));
  const { "NEWS.md": news, ...pagesOfDocs } = documentsOf(root);
  write(`${documents}/NEWS.md.gz`, compressed(news));
  for (const [path, text] of Object.entries(pagesOfDocs)) write(`${documents}/${path}`, text);
  for (const name of readdirSync(join(root, "packaging/networks"))) {
    write(`${documents}/examples/${name}`, read(`packaging/networks/${name}`));
  }
}

const completions = {
  "/usr": {
    bash: "share/bash-completion/completions/lxc-cni",
    zsh: "share/zsh/vendor-completions/_lxc-cni",
    fish: "share/fish/vendor_completions.d/lxc-cni.fish",
  },
  "/usr/local": {
    bash: "share/bash-completion/completions/lxc-cni",
    zsh: "share/zsh/site-functions/_lxc-cni",
    fish: "share/fish/vendor_completions.d/lxc-cni.fish",
  },
};

/** The same bytes for the same text: the header of zlib has no name and no time in it. */
function compressed(content) {
  return gzipSync(content, { level: 9 });
}

/** As deb-changelog(5) has it; what changed is in NEWS.md. */
function changelog({ version, time, maintainer }) {
  const date = time.toUTCString().replace("GMT", "+0000");
  return `lxc-cni (${version}) unstable; urgency=medium

  * See NEWS.md.gz.

 -- ${maintainer}  ${date}
`;
}
