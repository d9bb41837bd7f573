import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { expect, test } from "vitest";
import { commandsOf, root } from "./page.ts";

const guide = readdirSync(`${root}/docs/guide`).map((name) => `docs/guide/${name}`);
const pages = [
  "README.md",
  "CONTRIBUTING.md",
  ...readdirSync(`${root}/docs`).map((name) => `docs/${name}`),
  ...guide,
];

test.for(pages.filter((page) => page.endsWith(".md")))("%s links to what is there", (page) => {
  expect(linksOf(page).filter((link) => !isThere(page, link))).toEqual([]);
});

test("the guide's first page names all others", () => {
  const named = linksOf("docs/guide/README.md").map((link) => `docs/guide/${link}`);
  expect(guide.filter((page) => !named.includes(page))).toEqual(["docs/guide/README.md"]);
});

test("every page of the guide that has commands is run", () => {
  const names = readFileSync(`${root}/test/docs/pages.lxc.test.ts`, "utf8");
  const withCommands = guide.filter((page) => commandsOf(page).length > 0);
  const nameOf = (page: string) => page.replace(/^docs\/guide\/(.*)\.md$/, "$1");
  expect(withCommands.filter((page) => !new RegExp(`["/]${nameOf(page)}(\\.md)?"`).test(names))).toEqual([]);
});

/** Where a page leads to, but for addresses on the web. */
function linksOf(page: string): string[] {
  const text = textOf(page);
  const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link);
  return links.filter((link) => !/^https?:/.test(link));
}

function isThere(page: string, link: string): boolean {
  const [file = "", anchor] = link.split("#");
  const target = file === "" ? page : resolve("/", dirname(page), file).slice(1);
  if (!existsSync(`${root}/${target}`)) return false;
  return anchor === undefined || anchorsOf(target).includes(anchor);
}

/** As GitHub makes them of headings. */
function anchorsOf(page: string): string[] {
  return [...textOf(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replace(/\s/g, "-"),
  );
}

function textOf(page: string): string {
  return readFileSync(`${root}/${page}`, "utf8");
}
