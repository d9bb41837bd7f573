import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** An import statement of the product. */
export interface Import {
  /** The file that has it, relative to the checkout. */
  readonly file: string;
  /** What it names: a file relative to the checkout, or the specifier itself where that is not relative. */
  readonly target: string;
}

/** Every import of the product's sources, those of types included. */
export function productImports(): Import[] {
  return productFiles().flatMap((file) =>
    specifiersIn(readFileSync(join(root, file), "utf8")).map((specifier) => ({
      file,
      target: specifier.startsWith(".") ? normalize(join(dirname(file), specifier)) : specifier,
    })),
  );
}

/** The files of the product: what is bundled into the executables. */
export function productFiles(): string[] {
  return ["lib", "ipam", "plugins", "lxc"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .map((name) => join(folder, name))
      .filter((name) => name.endsWith(".ts")),
  );
}

/** The part of the product that a file is of: `lib/net` and so on two folders deep, and `lxc`. */
export function partOf(file: string): string {
  const [top = "", folder = ""] = file.split("/");
  return top === "lxc" ? top : `${top}/${folder}`;
}

/** What the statements and calls `import` and `export ... from` of a source name. The formatter fixes their shape. */
function specifiersIn(source: string): string[] {
  const statements = source.matchAll(/^(?:import|(?:import |export |\} )(?:[^"\n]* )?from) "([^"]+)";?$/gm);
  const calls = source.matchAll(/\bimport\(\s*"([^"]+)"/g);
  return [...statements, ...calls].flatMap(([, specifier]) => specifier ?? []);
}
