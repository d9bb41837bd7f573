import { system } from "#system";
import { CniError, Code } from "../../lib/cni/error.ts";
import type { LinkName } from "../../lib/ip/link-name.ts";
import type { LinkWithAddresses } from "../../lib/net/link-backend.ts";
import { withHostLinks } from "../../lib/net/open-links.ts";
import { command } from "../command-line/command.ts";
import { graphOf } from "../graph/graph.ts";
import { graphInSvg } from "../graph/svg.ts";
import { graphInText, isUtf8Locale } from "../graph/text.ts";
import { print } from "../output/print.ts";
import { warn } from "../runtime.ts";
import { readRecords } from "../survey/records.ts";
import { type SurveyedAttachment, surveyOf } from "../survey/survey.ts";

/** `lxc-cni graph` */
export const graph = command({
  name: "graph",
  summary: "draws bridges, containers and their addresses",
  parameters: [],
  options: {
    svg: {
      kind: "value",
      value: "FILE",
      does: "write SVG into a file, or with - to standard output",
      completes: "file",
    },
    text: { kind: "flag", does: "print text, also where nobody reads it on a terminal" },
  },
  description: `Draws which container is on which bridge, with the addresses of both, and what is not well. On a terminal it is
text, with box drawing characters where the locale is UTF-8; else an SVG document.`,
  examples: [
    { line: "lxc-cni graph", does: "draws it in the terminal" },
    { line: "lxc-cni graph --svg host.svg", does: "draws it as a picture" },
  ],
  run({ options: { svg, text } }) {
    const all = surveyOf(readRecords(warn));
    const drawn = graphOf(all, readBridges(all));
    if (svg !== undefined && svg !== "-") writePicture(svg, graphInSvg(drawn));
    else if (svg === "-" || (!text && !system.isTerminal("output"))) print(graphInSvg(drawn));
    else print(graphInText(drawn, isUtf8Locale(system.environment())));
    return 0;
  },
});

/** Replaces a file. What is something else stays: nobody wants a picture in place of /dev/null. */
function writePicture(path: string, svg: string): void {
  const found = system.status(path);
  if (found !== undefined && found.kind !== "file") {
    throw new CniError(Code.inputOutput, `${path} is no file`, "--svg - writes to standard output");
  }
  system.replaceFile(found === undefined ? path : system.realPath(path), svg, 0o644);
}

function readBridges(all: readonly SurveyedAttachment[]): LinkWithAddresses[] {
  const names = [...new Set(all.flatMap(({ bridge }) => bridge ?? []))];
  return withHostLinks((links) =>
    names.flatMap((name) => {
      const link = links.readLink("host", name as LinkName);
      // Asked for as long as the backend is open.
      return link === undefined ? [] : [{ ...link, addresses: [...link.addresses] }];
    }),
  );
}
