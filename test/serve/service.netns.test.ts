import { readFileSync } from "node:fs";
import { expect } from "vitest";
import { containerIdOfUser } from "../../lxc/container/id.ts";
import type { Host } from "../fixture/host.ts";
import { difference, snapshot } from "../fixture/snapshot.ts";
import { variants } from "../fixture/variants.ts";
import { openPage } from "../formats/page.ts";
import { alice, asUser, bob, socket, test, type UserContainer } from "./users.ts";

const ping = (address: string | undefined) => ["ping", "-c", "1", "-W", "2", address ?? ""];
const done = { status: 0, errors: "" };

test("an ordinary user's container gets an address, reaches others, and its stop leaves nothing", async ({
  host,
  users,
}) => {
  await host.write("/etc/lxc-cni/users.conf", `${alice} simplenet 2\n${bob} simplenet 1\n`);
  await users.serve();
  const before = await snapshot(host);
  const [web, db, other] = [
    await users.container(alice, "web"),
    await users.container(alice, "db"),
    await users.container(bob, "web"),
  ];
  for (const each of [web, db, other]) expect(await each.hook("start-host")).toMatchObject(done);
  expect(new Set([await web.address(), await db.address(), await other.address()]).size).toBe(3);
  await web.run(ping(await db.address()));
  await web.run(ping(await other.address()));
  expect(await host.run(["ls", "/var/lib/lxc-cni/incarnations"])).toMatch(
    /^u4242-db-[a-z2-7]{16}\.json\nu4242-web-[a-z2-7]{16}\.json\nu4243-web-[a-z2-7]{16}\.json$/,
  );

  const locks = await host.run(["sh", "-c", "ls /run/lxc-cni/locks/user-*"]);
  const documented = /`(\/run\/lxc-cni\/locks\/user-...)`/.exec(openPage("formats.md").section("Locks"))?.[1];
  expect(locks.split("\n")).toContain(documented);

  // While it runs, nobody can take its network away, not even by name.
  expect(await web.hook("stop")).toMatchObject(done);
  await web.run(ping(await db.address()));
  for (const each of [web, db, other]) await stopped(each);
  expect(difference(before, await snapshot(host))).toEqual([]);
});

test("what ended without a stop counts only as long as it cannot be given back", async ({ host, users }) => {
  await host.write("/etc/lxc-cni/users.conf", `${alice} simplenet 1\n`);
  await users.serve();
  const before = await snapshot(host);
  const web = await users.container(alice, "web");
  expect(await web.hook("start-host")).toMatchObject(done);
  const db = await users.container(alice, "db");
  expect(await db.hook("start-host")).toMatchObject({
    status: 1,
    errors: expect.stringContaining("may have 1 att"),
  });
  await web.end();
  expect(await db.hook("start-host")).toMatchObject(done);
  await stopped(db);
  expect(difference(before, await snapshot(host))).toEqual([]);
});

test("a destroy gives back what no stop has", async ({ host, users }) => {
  await host.write("/etc/lxc-cni/users.conf", `${alice} simplenet 1\n`);
  await users.serve();
  const before = await snapshot(host);
  const web = await users.container(alice, "web");
  expect(await web.hook("start-host")).toMatchObject(done);
  await web.end();
  expect(await web.hook("destroy")).toMatchObject(done);
  expect(difference(before, await snapshot(host))).toEqual([]);
});

test("two at once do not get more than the quota", async ({ host, users }) => {
  await host.write("/etc/lxc-cni/users.conf", `${alice} * 1\n`);
  await users.serve();
  const both = [await users.container(alice, "web"), await users.container(alice, "db")];
  // Each waits for its container's lock, having been counted; or else for the user's.
  const release = await lockContainers(host, both);
  const outcomes = Promise.all(both.map((each) => each.hook("start-host")));
  await expect.poll(() => locksOf(host, "->")).toBe(2);
  await release();
  expect((await outcomes).map(({ status }) => status).sort()).toEqual([0, 1]);
  expect(await host.run(["sh", "-c", "ls /var/lib/cni/networks/simplenet | grep -c ^10"])).toBe("1");
});

test("a second hook line of one run counts, too", async ({ host, users }) => {
  await host.write("/etc/lxc-cni/users.conf", `${alice} simplenet 1\n`);
  await users.serve();
  const web = await users.container(alice, "web");
  expect(await web.hook("start-host")).toMatchObject(done);
  expect((await web.hook("start-host", ["simplenet:eth1"])).errors).toContain("would make 2");
});

test("the names of users and groups count, of whatever the host knows", async ({ host, users }) => {
  await host.run([
    "sh",
    "-c",
    "echo dora:x:4242:4242::/:/bin/sh >> /etc/passwd; echo lxcers:x:4243: >> /etc/group",
  ]);
  await host.write("/etc/lxc-cni/users.conf", "# both\ndora simplenet 1\n@lxcers simplenet 1\n");
  await users.serve();
  for (const user of [alice, bob]) {
    expect(await (await users.container(user, "web")).hook("start-host")).toMatchObject(done);
  }
});

test("a service manager starts it for each connection", async ({ host, users }) => {
  await host.write("/etc/lxc-cni/users.conf", `${alice} simplenet 1\n`);
  await host.run(["mkdir", "-p", "/run/lxc-cni"]);
  const activate = ["systemd-socket-activate", "--seqpacket", "--accept", "--listen", socket];
  await users.serve([...activate, `${users.directory}/lxc-cni`, "serve"]);
  await host.run(["chmod", "666", socket]);
  const web = await users.container(alice, "web");
  expect(await web.hook("start-host")).toMatchObject(done);
  await web.run(ping("10.10.0.1"));
  await stopped(web);
});

test("a service manager hands over a socket that listens", async ({ host, users }) => {
  await host.write("/etc/lxc-cni/users.conf", `${alice} simplenet 1\n`);
  await host.run(["mkdir", "-p", "/run/lxc-cni"]);
  const activate = ["systemd-socket-activate", "--seqpacket", "--listen", socket];
  await users.serve([...activate, `${users.directory}/lxc-cni`, "serve"]);
  await host.run(["chmod", "666", socket]);
  const web = await users.container(alice, "web");
  expect(await web.hook("start-host")).toMatchObject(done);
  await stopped(web);
});

test("it needs no more than the unit of systemd leaves it", async ({ host, users }) => {
  await host.write("/etc/lxc-cni/users.conf", `${alice} simplenet 1\n`);
  const capabilities = unitSetting("CapabilityBoundingSet").map((name) =>
    name.replace("CAP_", "+").toLowerCase(),
  );
  const writable = [
    ...unitSetting("StateDirectory").map((name) => `/var/lib/${name}`),
    ...unitSetting("ReadWritePaths"),
  ];
  // What ProtectSystem=strict does.
  const strict = `
set -e
mkdir -p ${writable.join(" ")}
for path in ${writable.join(" ")}; do mount --bind $path $path; done
for path in / /etc /var; do mount -o remount,bind,ro $path; done
if touch /etc/x /var/lib/x 2> /dev/null; then exit 1; fi
exec "$@"`;
  await users.serve([
    ...["unshare", "--mount", "sh", "-c", strict, "sh"],
    ...["setpriv", `--bounding-set=-all,${capabilities.join()}`, "--no-new-privs"],
    ...[`${users.directory}/lxc-cni`, "serve", "--socket", socket],
  ]);
  const before = await snapshot(host);
  const web = await users.container(alice, "web");
  expect(await web.hook("start-host")).toMatchObject(done);
  await web.run(ping("10.10.0.1"));
  expect(await host.run(["iptables", "-t", "nat", "-S", "POSTROUTING"])).toContain("u4242-web");
  await stopped(web);
  expect(difference(before, await snapshot(host))).toEqual([]);
});

test("it ends when it is told to, and takes its socket along", async ({ host, users }) => {
  const pid = await users.serve();
  await host.run(["kill", "-TERM", pid]);
  await expect.poll(async () => (await host.attempt(["test", "-e", socket])).status).toBe(1);
});

test("it takes the place of a service that was killed, and not of one that lives", async ({
  host,
  users,
}) => {
  const serve = [`${users.directory}/lxc-cni`, "serve", "--socket", socket];
  const pid = await users.serve();
  expect(await host.attempt(serve)).toMatchObject({
    status: 1,
    errors: expect.stringContaining("is served already"),
  });
  await host.run(["kill", "-KILL", pid]);
  await expect.poll(() => users.send(alice, "x").catch(() => "nobody listens")).toBe("nobody listens");
  await users.serve();
  await expect.poll(() => users.send(alice, "x")).toMatchObject({ code: 6 });
});

test("a user who keeps connections open keeps no other user from being served", async ({ host, users }) => {
  await host.write("/etc/lxc-cni/users.conf", `${alice} simplenet 1\n${bob} simplenet 1\n`);
  await users.serve();
  await host.run(["mkfifo", "--mode", "666", "/run/done"]);
  // As many as there may be of all users together.
  const crowd = `
import socket, sys
all = []
for _ in range(64):
  all.append(socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET))
  all[-1].connect(sys.argv[1])
print(all[-1].recv(100) == b"")
open("/run/done").read()`;
  const keeping = host.run([...asUser(alice), "/usr/bin/python3", "-c", crowd, socket]);
  const other = await users.container(bob, "web");
  expect(await other.hook("start-host")).toMatchObject(done);
  await host.run(["sh", "-c", ": > /run/done"]);
  expect(await keeping, "the last one is closed").toBe("True");
  await stopped(other);
});

test("it ends when it is told to, also while it serves as many as it may, and more wait", async ({
  host,
  users,
}) => {
  const pid = await users.serve();
  // Those who serve are stopped where they are: none of them gives up waiting for a request before there are all.
  const crowd = `
import os, signal, socket, sys
path, pid = sys.argv[1], int(sys.argv[2])
def connect(user):
  os.seteuid(user)
  connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
  connection.connect(path)
  os.seteuid(0)
  return connection
served = [connect(4242 + n // 16) for n in range(64)]
serving = set()
while len(serving) < 64:
  for child in set(open(f"/proc/{pid}/task/{pid}/children").read().split()) - serving:
    os.kill(int(child), signal.SIGSTOP)
    serving.add(child)
waiting = connect(0)
while ") S " not in open(f"/proc/{pid}/stat").read(): pass
os.kill(pid, signal.SIGTERM)
while os.path.exists(path): pass
for child in serving: os.kill(int(child), signal.SIGCONT)
def is_answered(connection):
  try: connection.send(b"x")
  except BrokenPipeError: pass
  try: return connection.recv(1000) != b""
  except ConnectionError: return False
print([is_answered(each) for each in served].count(True))`;
  expect(await host.run(["/usr/bin/python3", "-c", crowd, socket, pid]), "still served").toBe("64");
});

test("the hook asks where its line says", async ({ host, users }) => {
  await host.write("/etc/lxc-cni/users.conf", `${alice} simplenet 1\n`);
  const elsewhere = "/run/elsewhere/socket";
  await users.serve([`${users.directory}/lxc-cni`, "serve", "--socket", elsewhere], elsewhere);
  const web = await users.container(alice, "web");
  expect(await web.hook("start-host", ["--socket", elsewhere, "simplenet"])).toMatchObject(done);
});

test("the hook of an ordinary user does not pretend to look where its line says", async ({ users }) => {
  const web = await users.container(alice, "web");
  for (const option of ["--net-dir", "--cni-path"]) {
    const { status, errors } = await web.hook("start-host", [option, "/home/alice", "simplenet"]);
    expect({ status, errors }).toEqual({
      status: 1,
      errors: expect.stringContaining("leave --net-dir and --cni-path out"),
    });
  }
});

test("under Node.js, the hook of an ordinary user says what it needs", async ({ host }) => {
  const node = variants.find(({ directory }) => directory.endsWith("/js"));
  const holder = await host.run(["sh", "-c", "sleep infinity < /dev/null > /dev/null 2>&1 & echo $!"]);
  const env = { LXC_NAME: "web", LXC_HOOK_VERSION: "1", LXC_HOOK_TYPE: "start-host", LXC_PID: holder };
  // As Node.js itself may lie where an ordinary user cannot read it, only the rights of root's are taken away.
  const hook = [
    "setpriv",
    "--euid=4242",
    "--inh-caps=-all",
    process.execPath,
    `${node?.directory}/lxc-cni`,
    "hook",
    "simplenet",
  ];
  const { status, errors } = await host.attempt(hook, { env });
  expect({ status, errors }).toEqual({
    status: 1,
    errors: expect.stringContaining("need the native executable"),
  });
});

test("without a service, the hook says how to get one", async ({ users }) => {
  const web = await users.container(alice, "web");
  expect(await web.hook("start-host")).toMatchObject({
    status: 1,
    errors: expect.stringMatching(
      /nobody serves \/run\/lxc-cni\/serve\.sock.*systemctl enable --now lxc-cni\.socket/,
    ),
  });
  expect(await web.hook("post-stop")).toMatchObject({ status: 0 });
});

test("where root's umask has closed the way to the service, the hook says how to open it", async ({
  host,
  users,
}) => {
  await host.write("/etc/lxc-cni/users.conf", `${alice} simplenet 1\n`);
  await host.run(["mkdir", "-m", "700", "/run/lxc-cni"]);
  await users.serve();
  const web = await users.container(alice, "web");
  const { status, errors } = await web.hook("start-host");
  expect(status).toBe(1);
  const [, remedy = ""] = /root opens the way by "(.+)"/.exec(errors) ?? [];
  await host.run(remedy.split(" "));
  expect(await web.hook("start-host")).toMatchObject(done);
});

/** Takes the locks of containers. @returns what gives them back */
async function lockContainers(host: Host, all: readonly UserContainer[]): Promise<() => Promise<unknown>> {
  const locks = all.map(({ user, name }) => {
    const id = containerIdOfUser(user, name, `/home/${user}/lxc`);
    return `/run/lxc-cni/locks/container-${id.slice(-3)}`;
  });
  const hold = locks.map((path) => `flock --no-fork ${path}`).join(" ");
  const script = `mkdir -p /run/lxc-cni/locks; ${hold} sleep infinity < /dev/null > /dev/null 2>&1 & echo $!`;
  const holder = await host.run(["sh", "-c", script]);
  await expect.poll(() => locksOf(host, "FLOCK")).toBe(2);
  return () => host.run(["kill", "-KILL", holder]);
}

/** How many lines of /proc/locks have this in them: `->` those of processes that wait. */
async function locksOf(host: Host, text: string): Promise<number> {
  const lines = (await host.run(["cat", "/proc/locks"])).split("\n");
  return lines.filter((line) => line.includes(text)).length;
}

function unitSetting(name: string): string[] {
  const unit = readFileSync(new URL("../../packaging/systemd/lxc-cni@.service", import.meta.url), "utf8");
  return (new RegExp(`^${name}=(.*)$`, "m").exec(unit)?.[1] ?? "").split(" ");
}

async function stopped(container: UserContainer): Promise<void> {
  await container.end();
  expect(await container.hook("stop")).toMatchObject(done);
  expect(await container.hook("post-stop")).toMatchObject(done);
}
