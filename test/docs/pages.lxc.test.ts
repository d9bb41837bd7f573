import { attachOutside } from "../fixture/outside.ts";
import { type GoPlugins, goPlugins } from "../fixture/go-plugins.ts";
import { test } from "./reader.ts";

const plain = ["first-container", "networks", "addresses", "dns", "running"];

test.for(plain)("docs/guide/%s.md", async (name, { reader }) => {
  await reader.install();
  await reader.follow(`docs/guide/${name}.md`);
});

test("docs/guide/ports.md", async ({ host, reader, skip }) => {
  const go = await goPlugins("1.9.1");
  if (go.missing !== undefined) skip(go.missing);
  await reader.install();
  await attachOutside(host);
  await reader.follow("docs/guide/ports.md", { instead: { "apt-get install containernetworking-plugins": installed(go) } });
});

/** Puts the Go plugins where Debian's package has them. */
function installed({ directory }: GoPlugins): string {
  return `mkdir -p /usr/lib/cni && mount --bind ${directory} /usr/lib/cni`;
}
