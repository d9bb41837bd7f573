import { printable } from "../output/printable.ts";
import { type Emphasis, styled } from "../output/style.ts";
import type { Graph, GraphBridge, GraphEnd } from "./graph.ts";

/** What branches are drawn with. */
interface Branches {
  readonly inner: string;
  readonly last: string;
}

const boxDrawing: Branches = { inner: "├─ ", last: "└─ " };
const ascii: Branches = { inner: "|- ", last: "`- " };

const emphases: Readonly<Record<GraphEnd["state"], Emphasis>> = {
  ok: "good",
  stale: "doubtful",
  broken: "bad",
  checkpointed: "doubtful",
};

/**
 * Draws a graph as text: each bridge with its addresses, and below it who is on it.
 *
 * @param isUtf8 Whether the terminal can show box drawing characters.
 */
export function graphInText({ bridges }: Graph, isUtf8: boolean): string {
  if (bridges.length === 0) return "nothing is attached to any bridge\n";
  return bridges.map((bridge) => bridgeInText(bridge, isUtf8 ? boxDrawing : ascii)).join("\n");
}

/** Whether the environment says that text is UTF-8 (locale(7): the first of these that is set counts). */
export function isUtf8Locale({
  LC_ALL,
  LC_CTYPE,
  LANG,
}: Readonly<Record<string, string | undefined>>): boolean {
  const locale = [LC_ALL, LC_CTYPE, LANG].find((each) => each !== undefined && each !== "") ?? "";
  return /utf-?8/i.test(locale);
}

function bridgeInText(bridge: GraphBridge, branches: Branches): string {
  const { ends } = bridge;
  const widths = (
    [({ container }) => container, (end) => end.interface] as ((end: GraphEnd) => string)[]
  ).map((of) => Math.max(...ends.map((end) => printable(of(end)).length)));
  const lines = ends.map((end, index) => {
    const branch = index === ends.length - 1 ? branches.last : branches.inner;
    return `${branch}${endInText(end, widths)}\n`;
  });
  return `${headingOf(bridge)}\n${lines.join("")}`;
}

function headingOf({ name, addresses, problem, networks }: GraphBridge): string {
  const parts = [
    styled(printable(name ?? "on no bridge"), "heading"),
    ...(problem === undefined ? [] : [styled(problem, "bad")]),
    ...(addresses.length === 0 ? [] : [addresses.join(", ")]),
    styled(`(${networks.join(", ")})`, "quiet"),
  ];
  return parts.join("  ");
}

function endInText(end: GraphEnd, [first = 0, second = 0]: readonly number[]): string {
  const state =
    end.state === "ok" ? "" : styled(`${end.state}: ${end.notes.join(", ")}`, emphases[end.state]);
  const parts = [
    printable(end.container).padEnd(first),
    printable(end.interface).padEnd(second),
    end.addresses.join(", "),
    printable(state),
  ];
  return parts.filter((part) => part !== "").join("  ");
}
