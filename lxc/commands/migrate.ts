import { system } from "#system";
import type { Checkpoint } from "../checkpoint/checkpoint.schema.ts";
import { addressList, duration, size } from "../checkpoint/words.ts";
import { absolutePath } from "../cnitool/absolute-path.ts";
import { command, type OptionValues } from "../command-line/command.ts";
import { requireRoot } from "../command-line/require-root.ts";
import { UsageError } from "../command-line/usage-error.ts";
import { requireContainer } from "../container/containers.ts";
import { containerIdOf } from "../container/id.ts";
import { lxcPathOf, lxcPathOption } from "../container/lxc-path.ts";
import type { Journey } from "../migrate/journey.ts";
import { migrate as migrateContainer, tryMigration } from "../migrate/migrate.ts";
import { pack } from "../migrate/pack.ts";
import { takeUp } from "../migrate/take-up.ts";
import { isDirectoryWord, parseHostName, shellOf } from "../migrate/target.ts";
import { type Step, type StepName, startTimeline, type Timeline } from "../migrate/timeline.ts";
import { print, printJson } from "../output/print.ts";
import { placeOptions, placesOf } from "./options.ts";

const options = {
  from: {
    kind: "value",
    value: "DIR",
    does: "take up here what lxc-cni migrate CONTAINER DIR has packed elsewhere",
    completes: "directory",
  },
  rsh: {
    kind: "value",
    short: "e",
    value: "COMMAND",
    does: 'the program that runs commands there, with its options: "ssh -p 2222" (LXC_CNI_RSH, or ssh, connected once for all)',
    completes: "nothing",
  },
  "remote-program": {
    kind: "value",
    value: "COMMAND",
    does: "how lxc-cni is called there, when it is not in the PATH of ssh",
    completes: "nothing",
  },
  sudo: { kind: "flag", does: "become root there by sudo, which must not ask for a password" },
  "dry-run": { kind: "flag", does: "only ask the other host whether it could take the container" },
  hold: { kind: "flag", does: "go on holding its addresses here, until lxc-cni release" },
  destroy: { kind: "flag", does: "destroy it here when it goes on there" },
  json: { kind: "flag", does: "print JSON: what took how long" },
  "lxc-path": lxcPathOption,
  ...placeOptions,
} as const;

type Values = OptionValues<typeof options>;

/** `lxc-cni migrate` */
export const migrate = command({
  name: "migrate",
  summary: "moves a container that runs to another host, with its open connections",
  parameters: [
    { name: "CONTAINER", count: "one", completes: "container" },
    { name: "HOST|DIR", count: "optional", completes: "directory" },
  ],
  options,
  description: `To HOST, as ssh has it, by ssh and rsync. It is asked first whether it can take the container: its networks of the same
names must have the same subnets and gateways, its bridges be on one link with those here, the addresses be free, CRIU
be there. It leases the addresses, and holds them. Then the files are copied while the container runs; it is saved; what
has changed since is copied, and its memory; it goes on there. Only then are its addresses given back here.

Where any of that fails, it goes on here, and nothing is left there. Where HOST is lost when it may have gone on there,
it goes on nowhere: the same command again finds out, and goes on. So it does after it was killed.

Its files stay here, where it cannot be started any more until lxc-cni release: they are of the past. When it moves
back, only what is different is copied. --destroy has them removed. Where both hosts give addresses of the same range,
--hold keeps its own from others here.

To DIR, which has a / in it: it is saved there with its files and all that another host has to know, and its addresses
are held. Bring DIR there by any means, as root's alone (chmod 700), and call lxc-cni migrate CONTAINER --from DIR,
which makes the same checks; then lxc-cni release CONTAINER here. Where that fails, lxc-cni restore CONTAINER DIR here.`,
  examples: [
    { line: "lxc-cni migrate web other", does: "moves web to the host other" },
    { line: "lxc-cni migrate web admin@other --sudo -e 'ssh -p 2222'", does: "by an ordinary user of it" },
    { line: "lxc-cni migrate web other --dry-run", does: "says whether that could be done" },
    { line: "lxc-cni migrate web /srv/web.packed", does: "packs it" },
    { line: "lxc-cni migrate web --from /srv/web.packed", does: "on the other host: has it go on there" },
  ],
  run({ words: [name = "", where], options: values }) {
    requireRoot("migrate");
    const steps: Step[] = [];
    const timeline = startTimeline((step) => {
      steps.push(step);
      if (!values.json) print(`${name}: ${inWords(step)}\n`);
    });
    const done = run(name, where, values, timeline);
    if (values.json) printJson({ container: name, ...done, steps: steps.map((step) => ({ ...step })) });
    return 0;
  },
});

/** @returns what there is to say of it for programs. */
function run(
  name: string,
  where: string | undefined,
  values: Values,
  timeline: Timeline,
): { readonly downtime?: number } {
  const tell = values.json ? () => {} : print;
  if ((where === undefined) === (values.from === undefined)) {
    throw new UsageError("migrate needs either HOST or DIR, or --from DIR");
  }
  if (values.from !== undefined) {
    const taken = takeUp(name, absolutePath(values.from), timeline);
    tell(`${name}: goes on here, with ${addressesOf(taken)}\n`);
    return {};
  }
  const container = requireContainer(name, lxcPathOf(values["lxc-path"]));
  const places = placesOf(values);
  if (isDirectoryWord(where ?? "")) {
    const directory = absolutePath(where ?? "");
    const { checkpoint } = pack(container, directory, places, timeline);
    tell(`${name}: held ${addressesOf(checkpoint)}\n`);
    tell(`${name}: there, "lxc-cni migrate ${name} --from DIR" has it go on\n`);
    return {};
  }
  const journey: Journey = {
    ...{ container, places, timeline, hold: values.hold, destroy: values.destroy },
    remote: remoteHost(where ?? "", values),
  };
  if (values["dry-run"]) {
    tryMigration(journey);
    tell(`${name}: can be moved to ${where}\n`);
    return {};
  }
  const { checkpoint, downtime } = migrateContainer(journey);
  const after = downtime === undefined ? "" : ` after ${duration(downtime)}`;
  tell(`${name}: goes on at ${where}${after}, with ${addressesOf(checkpoint)}\n`);
  return downtime === undefined ? {} : { downtime };
}

function remoteHost(word: string, values: Values): Journey["remote"] {
  return {
    name: parseHostName(word),
    ...shellOf(values.rsh ?? system.environment().LXC_CNI_RSH),
    isSudo: values.sudo,
    program: values["remote-program"] ?? "lxc-cni",
  };
}

function addressesOf(checkpoint: Checkpoint): string {
  return addressList(checkpoint, containerIdOf(checkpoint.name, checkpoint.lxcPath));
}

const deeds: Readonly<Record<StepName, string>> = {
  prepare: "found all that it needs, and reserved its addresses,",
  copy: "copied while it runs:",
  checkpoint: "saved",
  "copy rest": "copied what was left:",
  pack: "packed",
  unpack: "unpacked",
  restore: "restored",
};

function inWords({ name, milliseconds, bytes }: Step): string {
  return `${deeds[name]} ${bytes === undefined ? "" : `${size(bytes)} `}in ${duration(milliseconds)}`;
}
