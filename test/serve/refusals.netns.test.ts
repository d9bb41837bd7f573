import { readFileSync } from "node:fs";
import { describe, expect } from "vitest";
import type { Host } from "../fixture/host.ts";
import { difference, snapshot } from "../fixture/snapshot.ts";
import { alice, bob, socket, test, type UserContainer, type Users } from "./users.ts";

/** What a hook of a container sends when it starts. */
function startOf({ name, pid, user }: UserContainer, more: object = {}): object {
  const lxcPath = `/home/${user}/lxc`;
  return {
    version: 1,
    event: "start-host",
    name,
    lxcPath,
    pid: Number(pid),
    networks: ["simplenet"],
    ...more,
  };
}

const netnsOf = ({ pid }: UserContainer) => `/proc/${pid}/ns/net`;

/** A running service, a container of alice's, and one of bob's that is attached. */
interface Scene {
  readonly host: Host;
  readonly users: Users;
  readonly web: UserContainer;
  readonly other: UserContainer;
}

async function prepare(host: Host, users: Users): Promise<Scene> {
  await host.write("/etc/lxc-cni/users.conf", `${alice} simplenet 1\n${bob} simplenet 1\n`);
  const closed = { cniVersion: "1.0.0", name: "closed", plugins: [{ type: "bridge" }] };
  await host.write("/etc/lxc-cni/net.d/20-closed.conflist", JSON.stringify(closed));
  await users.serve();
  const [web, other] = [await users.container(alice, "web"), await users.container(bob, "web")];
  expect(await other.hook("start-host")).toMatchObject({ status: 0, errors: "" });
  return { host, users, web, other };
}

/** Each sends something, and gets this answer. Nothing is left of any. */
const refusals: Record<string, { answer: object; send(scene: Scene): Promise<unknown> }> = {
  "another user's namespace": {
    answer: { code: 130, msg: "the network namespace belongs to user 4243, not to 4242" },
    send: ({ users, web, other }) => users.send(alice, startOf(web), [netnsOf(other)]),
  },
  "the host's namespace": {
    answer: { code: 130, msg: expect.stringContaining("the host's") },
    send: ({ users, web }) => users.send(alice, startOf(web, { pid: 2 }), ["/proc/self/ns/net"]),
  },
  "a namespace of root's": {
    answer: { code: 130, msg: expect.stringContaining("the host's root") },
    send: async ({ host, users, web }) => {
      await host.container("c1");
      const answer = await users.send(alice, startOf(web), ["/run/netns/c1"]);
      // A bind mount shows a path, as a file would.
      expect(answer).toMatchObject({ code: 8 });
      const holder = await host.run([
        ...["sh", "-c", "ip netns exec c1 sleep infinity < /dev/null > /dev/null 2>&1 & echo $!"],
      ]);
      await expect
        .poll(async () => await host.run(["readlink", `/proc/${holder}/ns/net`]))
        .not.toBe(await host.run(["readlink", "/proc/self/ns/net"]));
      const again = await users.send(alice, startOf(web), [`/proc/${holder}/ns/net`]);
      await host.run(["kill", "-KILL", holder]);
      await host.run(["ip", "netns", "delete", "c1"]);
      return again;
    },
  },
  "a plain file": {
    answer: { code: 8, msg: expect.stringContaining("no network namespace") },
    send: ({ users, web }) => users.send(alice, startOf(web), ["/etc/passwd"]),
  },
  "a device": {
    answer: { code: 8 },
    send: ({ users, web }) => users.send(alice, startOf(web), ["/dev/zero"]),
  },
  "a FIFO that nobody opens": {
    answer: { code: 8 },
    send: async ({ host, users, web }) => {
      await host.run(["mkfifo", "-m", "666", "/mnt/fifo"]);
      const answer = await users.send(alice, startOf(web), ["@/mnt/fifo"]);
      await host.run(["rm", "/mnt/fifo"]);
      return answer;
    },
  },
  "a file that is called as a namespace is shown": {
    answer: { code: 8 },
    send: async ({ host, users, web }) => {
      await host.write("/mnt/net:[4026531840]", "");
      const answer = await users.send(alice, startOf(web), ["/mnt/net:[4026531840]"]);
      await host.run(["rm", "/mnt/net:[4026531840]"]);
      return answer;
    },
  },
  "a mount namespace": {
    answer: { code: 8 },
    send: ({ users, web }) => users.send(alice, startOf(web), [`/proc/${web.pid}/ns/mnt`]),
  },
  "a user namespace": {
    answer: { code: 8 },
    send: ({ users, web }) => users.send(alice, startOf(web), [`/proc/${web.pid}/ns/user`]),
  },
  "no descriptor": {
    answer: { code: 6, msg: expect.stringContaining("start-host comes with 1 descriptors, not 0") },
    send: ({ users, web }) => users.send(alice, startOf(web)),
  },
  "two descriptors": {
    answer: { code: 6, msg: expect.stringContaining("not 2") },
    send: ({ users, web }) => users.send(alice, startOf(web), [netnsOf(web), netnsOf(web)]),
  },
  "a hundred descriptors": {
    answer: { code: 6, msg: expect.stringContaining("more than eight") },
    send: ({ users, web }) => users.send(alice, startOf(web), Array(100).fill(netnsOf(web))),
  },
  "a descriptor with a stop": {
    answer: { code: 6, msg: expect.stringContaining("stop comes with 0 descriptors, not 1") },
    send: ({ users, web }) => users.send(alice, startOf(web, { event: "stop" }), [netnsOf(web)]),
  },
  "a process in another namespace": {
    answer: { code: 8, msg: "process 2 is not in the network namespace that came with the request" },
    send: ({ users, web }) => users.send(alice, startOf(web, { pid: 2 }), [netnsOf(web)]),
  },
  "a process of another user": {
    answer: { code: 8 },
    send: ({ users, web, other }) =>
      users.send(alice, startOf(web, { pid: Number(other.pid) }), [netnsOf(web)]),
  },
  "no process": {
    answer: { code: 8 },
    send: ({ users, web }) => users.send(alice, startOf(web, { pid: undefined }), [netnsOf(web)]),
  },
  "a network that the user may not use": {
    answer: { code: 130, msg: 'user 4242 may not use the network "closed"' },
    send: ({ users, web }) => users.send(alice, startOf(web, { networks: ["closed"] }), [netnsOf(web)]),
  },
  "a network that is not there": {
    answer: { code: 130 },
    send: ({ users, web }) => users.send(alice, startOf(web, { networks: ["nowhere"] }), [netnsOf(web)]),
  },
  "a path as a network": {
    answer: { code: 130, msg: expect.stringContaining("by their names alone") },
    send: async ({ host, users, web }) => {
      const granted = await host.run(["cat", "/etc/lxc-cni/users.conf"]);
      await host.write("/etc/lxc-cni/users.conf", `${alice} * 1\n`);
      await host.write("/mnt/own.conf", '{"cniVersion":"1.0.0","name":"simplenet","type":"evil"}');
      const answer = await users.send(alice, startOf(web, { networks: ["/mnt/own.conf"] }), [netnsOf(web)]);
      await host.run(["rm", "/mnt/own.conf"]);
      await host.write("/etc/lxc-cni/users.conf", `${granted}\n`);
      return answer;
    },
  },
  "an option in the place of a network": {
    answer: { code: 6 },
    send: ({ users, web }) =>
      users.send(alice, startOf(web, { networks: ["--net-dir", "/mnt", "simplenet"] }), [netnsOf(web)]),
  },
  "a MAC of the user's choice": {
    answer: { code: 130, msg: expect.stringContaining("may not choose a MAC") },
    send: ({ users, web }) =>
      users.send(alice, startOf(web, { networks: ["simplenet,mac=02:00:00:00:00:01"] }), [netnsOf(web)]),
  },
  "an interface that is none": {
    answer: { code: 6, msg: expect.stringContaining("interface name is too long") },
    send: ({ users, web }) =>
      users.send(alice, startOf(web, { networks: [`simplenet:${"x".repeat(16)}`] }), [netnsOf(web)]),
  },
  "more networks than any container has": {
    answer: { code: 6, msg: expect.stringContaining("more than 16 networks") },
    send: ({ users, web }) =>
      users.send(alice, startOf(web, { networks: Array(17).fill("a") }), [netnsOf(web)]),
  },
  "more than is granted, in one": {
    answer: { code: 131, msg: expect.stringContaining("may have 1 attachments") },
    send: ({ users, web }) =>
      users.send(alice, startOf(web, { networks: ["simplenet", "simplenet"] }), [netnsOf(web)]),
  },
  "a user to whom nothing is granted": {
    answer: { code: 130, msg: 'user 4244 may not use the network "simplenet"' },
    send: async ({ users }) => {
      const web = await users.container(4244, "web");
      const answer = await users.send(4244, startOf(web), [netnsOf(web)]);
      await web.end();
      return answer;
    },
  },
  "the user who stands for all that are unknown": {
    answer: { code: 130, msg: expect.stringContaining("everybody who is unknown") },
    send: async ({ users }) => {
      const web = await users.container(65534, "web");
      const answer = await users.send(65534, startOf(web), [netnsOf(web)]);
      await web.end();
      return answer;
    },
  },
  "a message that is too long": {
    answer: { code: 6, msg: expect.stringContaining("longer than 16384 bytes") },
    send: ({ users, web }) => users.send(alice, startOf(web, { more: "x".repeat(20_000) }), [netnsOf(web)]),
  },
  "a message that is no JSON": { answer: { code: 6 }, send: ({ users }) => users.send(alice, "{") },
  "a message that is deep": {
    answer: { code: 6 },
    send: ({ users }) => users.send(alice, "[".repeat(16_000)),
  },
  "no message": { answer: { code: 6 }, send: ({ users }) => users.send(alice, "") },
  silence: {
    answer: { code: 11, msg: "no request came within 5 s" },
    send: ({ users }) => users.send(alice, "silence"),
  },
  "another version": {
    answer: { code: 6, msg: expect.stringContaining("/version must be 1") },
    send: ({ users, web }) => users.send(alice, startOf(web, { version: 2 }), [netnsOf(web)]),
  },
  "another event": {
    answer: { code: 6, msg: expect.stringContaining("/event") },
    send: ({ users, web }) => users.send(alice, startOf(web, { event: "clone" }), [netnsOf(web)]),
  },
  "names with odd characters": {
    answer: { code: 6, msg: expect.stringContaining("/name must match") },
    send: async ({ users, web }) => {
      const answers = [];
      for (const name of [
        "",
        "../web",
        "a/b",
        "a b",
        "-web",
        "we\nb",
        "w\u0000b",
        "größe",
        "x".repeat(201),
      ]) {
        answers.push(await users.send(alice, startOf(web, { name }), [netnsOf(web)]));
      }
      for (const each of answers) expect(each).toMatchObject({ code: 6 });
      return answers[0];
    },
  },
};

describe("a request is refused, and leaves nothing:", () => {
  for (const [what, { answer, send }] of Object.entries(refusals)) {
    test(what, async ({ host, users }) => {
      const scene = await prepare(host, users);
      const before = await snapshot(host);
      expect(await send(scene)).toMatchObject(answer);
      expect(difference(before, await snapshot(host))).toEqual([]);
    });
  }
});

test("a stop for another user's container does nothing to it, whatever it says", async ({ host, users }) => {
  const { other } = await prepare(host, users);
  await other.end();
  const leases = () => host.run(["sh", "-c", "ls /var/lib/cni/networks/simplenet | grep ^10 || true"]);
  const stop = {
    version: 1,
    event: "stop",
    name: "web",
    lxcPath: `/home/${bob}/lxc`,
    networks: ["simplenet"],
  };
  expect(await users.send(alice, stop)).toEqual({ version: 1 });
  expect(await leases()).toBe("10.10.0.2");
  expect(await users.send(bob, stop)).toEqual({ version: 1 });
  expect(await leases()).toBe("");
});

test("a grant that others than root could have written counts for nothing", async ({ host, users }) => {
  const { web } = await prepare(host, users);
  for (const spoil of [
    "chmod g+w /etc/lxc-cni/users.conf",
    "chown 4242 /etc/lxc-cni/users.conf",
    "chmod o+w /etc/lxc-cni",
  ]) {
    await host.run(["sh", "-c", "cd /etc/lxc-cni; chown 0 . users.conf; chmod 755 .; chmod 644 users.conf"]);
    await host.run(["sh", "-c", spoil]);
    expect(await users.send(alice, startOf(web), [netnsOf(web)]), spoil).toMatchObject({ code: 7 });
  }
});

test("what fails on root's side is told by its message, and no file's content", async ({ host, users }) => {
  const { web } = await prepare(host, users);
  const network = { cniVersion: "1.0.0", name: "simplenet", type: "bridge", mtu: "secret" };
  await host.write("/etc/lxc-cni/net.d/10-simplenet.conf", JSON.stringify(network), 0o600);
  const answer = await users.send(alice, startOf(web), [netnsOf(web)]);
  expect(answer).toMatchObject({ code: 7, msg: expect.stringContaining("/mtu") });
  expect(JSON.stringify(answer)).not.toContain("secret");
  expect(readFileSync(`${users.directory}/log`, "utf8")).toContain("secret");
});

test("one who is silent holds nobody up", async ({ host, users }) => {
  const { web } = await prepare(host, users);
  const silent = users.send(bob, "silence");
  expect(await web.hook("start-host")).toMatchObject({ status: 0, errors: "" });
  expect(await Promise.race([silent, "still silent"])).toBe("still silent");
  expect(await silent).toMatchObject({ code: 11 });
});

test("the service is root's", async ({ host, users }) => {
  const serve = ["setpriv", "--reuid=4242", `${users.directory}/lxc-cni`, "serve", "--socket", socket];
  expect(await host.attempt(serve)).toMatchObject({ status: 1, errors: expect.stringContaining("root's") });
});
