import { readdir, readFile, rm } from "node:fs/promises";
import type { Host } from "../fixture/host.ts";

/** A call of one of our plugins, as a runtime made it. */
export interface Call {
  readonly plugin: string;
  readonly command: string;
  readonly container: string;
  /** CNI_NETNS; empty when the runtime knows none any more. */
  readonly netns: string;
  readonly args: string;
  readonly path: string;
  /** What the plugin read. */
  readonly configuration: Readonly<Record<string, unknown>>;
  readonly status: number;
}

/** Where the calls are written down, outside of what snapshots look at. */
export const callsDirectory = "/mnt/calls";

/** A script in the place of a plugin, that writes down how it is called, and runs it. */
export function recorder(plugin: string): string {
  return `#!/bin/bash
file=$(mktemp ${callsDirectory}/.XXXXXXXX)
input=$(cat)
${plugin} <<< "$input"
status=$?
printf '%s\\n' "\${0##*/}" "$CNI_COMMAND" "$CNI_CONTAINERID" "$CNI_NETNS" "$CNI_ARGS" "$CNI_PATH" $status "$input" > $file
mv $file ${callsDirectory}/$(date +%s%N)-$$
exit $status
`;
}

/** The calls since the last time that somebody asked, in the order in which they ended. */
export async function callsOn(host: Host): Promise<Call[]> {
  const directory = `/proc/${host.pid}/root${callsDirectory}`;
  const names = (await readdir(directory)).filter((name) => !name.startsWith(".")).sort();
  const calls: Call[] = [];
  for (const name of names) {
    calls.push(callIn(await readFile(`${directory}/${name}`, "utf8")));
    await rm(`${directory}/${name}`);
  }
  return calls;
}

function callIn(text: string): Call {
  const lines = text.split("\n");
  const [plugin = "", command = "", container = "", netns = "", args = "", path = "", status = ""] = lines;
  const configuration: Call["configuration"] = JSON.parse(lines.slice(7).join("\n"));
  return { plugin, command, container, netns, args, path, configuration, status: Number(status) };
}

/** What a runtime said in each call of the bridge, in few words: `DEL, no namespace, prevResult`. */
export async function bridgeCallsOn(host: Host): Promise<string[]> {
  const calls = (await callsOn(host)).filter(({ plugin }) => plugin === "bridge");
  return calls.map(({ command, netns, configuration }) =>
    [
      command,
      netns === "" ? "no namespace" : "namespace",
      ...("prevResult" in configuration ? ["prevResult"] : []),
    ].join(", "),
  );
}
