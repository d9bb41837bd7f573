/**
 * Talks to itself by Unix sockets, and prints what it sees. Its arguments: an empty directory, the path of a network
 * namespace of root's, that of one of another user's.
 */

import { system } from "#system";
import type { UnixConnection, UnixMessage, UnixSockets } from "../../../lib/system/system.ts";
import { observe } from "./observations.ts";

system.run(() => {
  const [directory = "", roots = "", others = ""] = system.arguments();
  if (system.unixSockets === undefined) return 1;
  converse(system.unixSockets, directory, roots, others);
  return 0;
});

function converse(sockets: UnixSockets, directory: string, roots: string, others: string): void {
  const path = `${directory}/socket`;
  const look = (name: string, action: () => unknown) => observe(name, action, { [directory]: "BASE" });

  look("connect, nobody", () => sockets.connect(path, 1000));
  look("connect, long path", () => sockets.connect(`/${"x".repeat(108)}`, 1000));
  look("listen, no directory", () => sockets.listen(`${directory}/missing/socket`, 0o666));
  look("inherited, none", () => sockets.inherited());
  const listener = sockets.listen(path, 0o620);
  look("listen, mode", () => system.status(path)?.mode.toString(8));
  look("listen, nothing else is left", () => system.listDirectory(directory));
  look("connect, where nobody accepts", () => connectUntilRefused(sockets, `${directory}/full`));

  const client = sockets.connect(path, 1000);
  const first = system.pid;
  const served = listener.acceptEach(2, 2);
  if (served === undefined) {
    look("told to end", () => system.pid === first);
    listener.close();
    return;
  }
  look("a process of its own", () => system.pid !== first);
  look("peer", () => ({ ...served.peer(), groupIds: served.peer().groupIds[0] }));
  exchange(look, client, served, roots, others);
  system.start({ program: "kill", arguments: ["-TERM", String(first)], deadline: 5000 }).wait();
}

/** Connects without any patience, so often that the queue of those who want to must be full (listen(2)). */
function connectUntilRefused(sockets: UnixSockets, path: string): void {
  const listener = sockets.listen(path, 0o600);
  try {
    for (let count = 0; count < 10_000; count++) sockets.connect(path, 0).close();
  } finally {
    listener.close();
    system.removeFile(path);
  }
}

type Look = (name: string, action: () => unknown) => void;

function exchange(
  look: Look,
  client: UnixConnection,
  served: UnixConnection,
  roots: string,
  others: string,
): void {
  const receive = (limit = 100) => inWords(served.receive(limit, 1000));
  look("nothing yet", () => served.receive(100, 50));
  client.send("first");
  client.send("second, €");
  look("messages keep their bounds", () => [receive(), receive()]);
  client.send("x".repeat(11));
  look("message, too long", () => receive(10));
  client.send("x".repeat(10));
  look("message, just fitting", () => receive(10));
  client.send("");
  look("message, empty", () => receive());

  for (const [name, netnsPath] of Object.entries({ "root's": roots, "another's": others })) {
    const netns = system.openNetns(netnsPath);
    client.send(name, netns);
    const message = served.receive(100, 1000);
    look(`namespace, ${name}`, () => {
      const passed = message?.descriptors[0]?.asNetns();
      return [
        passed?.owner,
        passed?.identity === netns.identity,
        passed && system.openNetns(passed.path).identity === netns.identity,
      ];
    });
    for (const each of message?.descriptors ?? []) each.close();
    netns.close();
  }
  client.send("own", system.openNetns("/proc/self/ns/net"));
  look("namespace, own", () => served.receive(100, 1000)?.descriptors[0]?.asNetns().owner);

  look("answer", () => {
    served.send("answer");
    return inWords(client.receive(100, 1000));
  });
  client.close();
  served.close();
  served.close();
}

function inWords(message: UnixMessage | undefined): unknown {
  return message && [message.text, message.descriptors.length];
}
