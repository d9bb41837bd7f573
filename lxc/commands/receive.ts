import { command } from "../command-line/command.ts";
import { UsageError } from "../command-line/usage-error.ts";
import { receive as receiveStep, stepNames } from "../migrate/receive.ts";

/** `lxc-cni receive` */
export const receive = command({
  name: "receive",
  summary: "lxc-cni migrate calls it on the host that a container moves to",
  parameters: [{ name: "STEP", count: "one", completes: stepNames }],
  options: {},
  description: `Does a step of what lxc-cni migrate does: "prepare" finds out whether the container can go on here, and leases and
holds its addresses; "settle" has files copied again that may have changed while they were copied; "restore" has it go
on; "cancel" undoes all of that where it does not; "done" forgets it. The request is read from standard input, the
answer printed: both are JSON. Who may call it over ssh may do what root does.`,
  examples: [{ line: "ssh other lxc-cni receive prepare", does: "as lxc-cni migrate calls it" }],
  run({ words: [step = ""] }) {
    if (!stepNames.includes(step)) {
      throw new UsageError(`receive knows no step "${step}", only ${stepNames.join(", ")}`);
    }
    return receiveStep(step);
  },
});
