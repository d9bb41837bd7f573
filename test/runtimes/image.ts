import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { Host } from "../fixture/host.ts";

/** The name of the image that the containers are made of. */
export const image = "localhost/busybox:1";

/**
 * Makes an image on a host, without a registry: busybox, in the format of `docker save`.
 *
 * Its command serves the container's name, NAME or else the host name, on port 80. It writes nothing: a pod's first
 * container has no place to write to.
 *
 * @returns the archive's path
 */
export async function makeImage(host: Host): Promise<string> {
  await host.run(["sh", "-ec", layer]);
  const digest = createHash("sha256")
    .update(await readFile(`/proc/${host.pid}/root${directory}/layer.tar`))
    .digest("hex");
  const configuration = {
    architecture: process.arch === "x64" ? "amd64" : process.arch,
    os: "linux",
    config: { Env: ["PATH=/bin"], Cmd: ["/bin/httpd", "-f", "-p", "80", "-h", "/www"] },
    rootfs: { type: "layers", diff_ids: [`sha256:${digest}`] },
    history: [{ created_by: "tests" }],
  };
  const manifest = [{ Config: "config.json", RepoTags: [image], Layers: ["layer.tar"] }];
  await host.write(`${directory}/config.json`, JSON.stringify(configuration));
  await host.write(`${directory}/manifest.json`, JSON.stringify(manifest));
  const archive = `${directory}/image.tar`;
  await host.run(["tar", "-C", directory, "-cf", archive, "manifest.json", "config.json", "layer.tar"]);
  return archive;
}

const directory = "/mnt/image";

const layer = `
mkdir -p ${directory}
cd ${directory}
mkdir -p root/bin root/etc root/proc root/sys root/dev root/tmp root/run root/var root/www/cgi-bin
ln -s ../run root/var/run
cp "$(readlink -f "$(command -v busybox)")" root/bin/busybox
for applet in $(root/bin/busybox --list); do [ "$applet" = busybox ] || ln -s busybox "root/bin/$applet"; done
echo root:x:0:0:root:/:/bin/sh > root/etc/passwd
echo root:x:0: > root/etc/group
cat > root/www/cgi-bin/index.cgi << 'CGI'
#!/bin/sh
echo Content-Type: text/plain
echo
echo "\${NAME:-$(hostname)}"
CGI
chmod 755 root/www/cgi-bin/index.cgi
touch root/etc/resolv.conf root/etc/hosts
tar --owner=0 --group=0 --numeric-owner -C root -cf layer.tar .
`;
