import { type RuleCommand, ruleCommands } from "../../lib/net/firewall/rule-commands.ts";
import { render } from "../../lib/net/iproute2/render.ts";
import { isLinkOperation, isRuleOperation, type Operation } from "../../lib/net/operation.ts";
import { describeOperation } from "../../lib/net/operation-error.ts";
import { shellWord } from "../output/shell-word.ts";
import type { ExplainedPlan } from "./plan.ts";
import { reasonFor } from "./reasons.ts";

/**
 * A plan as commands for a shell, each step below a comment that says what it is for.
 *
 * @param netns The path of the container's namespace.
 */
export function scriptOf({ operations, firewall }: ExplainedPlan, netns: string): string {
  return operations
    .map((operation) => {
      const commands = commandsOf(operation, firewall, netns);
      const reason = reasonFor(operation);
      if (commands.length > 0)
        return `# ${describeOperation(operation)}: ${reason}\n${commands.join("\n")}\n`;
      return `# ${describeOperation(operation)}: they are there already\n`;
    })
    .join("\n");
}

function commandsOf(operation: Operation, firewall: ExplainedPlan["firewall"], netns: string): string[] {
  const enter = operation.where === "container" ? ["nsenter", `--net=${netns}`] : [];
  if (isRuleOperation(operation)) return ruleCommands(operation, firewall).map(withInput);
  if (isLinkOperation(operation)) {
    return render(operation, netns).map(({ program, words }) => line([...enter, program, ...words]));
  }
  const { key, value, bestEffort } = operation;
  // With slashes, since the name of a link may have dots in it.
  const command = line([...enter, "sysctl", "-q", "-w", `net/${key}=${value}`]);
  return [bestEffort ? `${command} || true` : command];
}

function withInput({ words, input }: RuleCommand): string {
  return `${line(words)} <<'END'\n${input}END`;
}

function line(words: readonly string[]): string {
  return words.map(shellWord).join(" ");
}
