import type { Host } from "../fixture/host.ts";
import { criuDirectory } from "./criu.ts";

/**
 * What takes the place of ssh. By the words in /mnt/how, it breaks in the middle of a copy (`cut`), loses the answer to the
 * restore (`mute`), or the other host for good, when it was asked to restore (`after`), or before that (`before`).
 */
const unreliable = `#!/bin/sh
how=$(cat /mnt/how)
case "$how: $*" in
  cut:*rsync*) dd bs=1 count=30000 status=none | ssh "$@" ;;
  mute:*"receive restore") ssh "$@" > /dev/null; exit 255 ;;
  after:*"receive restore") ssh "$@" > /dev/null; echo lost > /mnt/how; exit 255 ;;
  before:*"receive restore") echo lost > /mnt/how; exit 255 ;;
  lost:*) echo "no route to host" >&2; exit 255 ;;
  *) exec ssh "$@" ;;
esac
`;

/** Makes it, as /mnt/unreliable, and has it be unreliable in a way. */
export async function beUnreliable(host: Host, how: string): Promise<void> {
  await host.write("/mnt/how", `${how}\n`);
  await host.write("/mnt/unreliable", unreliable, 0o755);
}

/** Where the only checkpoint is of a container that moves. */
export function staging(host: Host): Promise<string> {
  return host.run(["sh", "-c", "echo /var/lib/lxc-cni/migrations/*"]);
}

/** Puts another program in the place of criu. */
export async function replaceCriu(host: Host, script: string): Promise<void> {
  await host.run(["umount", "/usr/local/sbin"]);
  await host.run(["mount", "-t", "tmpfs", "tmpfs", "/usr/local/sbin"]);
  await host.write(
    "/usr/local/sbin/criu",
    `#!/bin/sh\n${script}\nexec ${criuDirectory()}/criu "$@"\n`,
    0o755,
  );
}
