import type { ChildProcessWithoutNullStreams } from "node:child_process";

/** How a line of shell code ended. */
export interface Answer {
  readonly status: number;
  readonly output: string;
  readonly errors: string;
}

/** What comes out of a machine: answers by the first serial line, and its console, which is the second one. */
export interface SerialLines {
  /**
   * The answer of a name, expected from now on.
   *
   * @param deadline Milliseconds.
   * @throws Error when it does not come, with what stands on the console.
   */
  answer(name: string, deadline: number): Promise<Answer>;

  /** What stands on the console so far. */
  console(): string;
}

/** Reads the lines of a machine that boots. The form of answers stands at the head of scripts/vm/init. */
export function readSerialLines(qemu: ChildProcessWithoutNullStreams): SerialLines {
  const expected = new Map<string, Expectation>();
  let received = "";
  let console = "";
  qemu.stdout.setEncoding("utf8").on("data", (text: string) => {
    const answers = (received + text).split("\x03");
    received = answers.pop() ?? "";
    for (const [name, answer] of answers.map(parseAnswer)) expected.get(name)?.meet(answer);
  });
  qemu.stderr.setEncoding("utf8").on("data", (text: string) => {
    console += text;
  });
  qemu.once("close", (code, signal) => {
    for (const { disappoint } of expected.values())
      disappoint(`it has ended (${signal ?? `status ${code}`})`);
  });
  return {
    console: () => console,
    answer: (name, deadline) =>
      new Promise((resolve, reject) => {
        const disappoint = (why: string) =>
          reject(new Error(`no answer from the virtual machine: ${why}; its console:\n${console}`));
        const timer = setTimeout(() => disappoint(`${deadline / 1000} seconds went by`), deadline);
        const meet = (answer: Answer) => {
          clearTimeout(timer);
          expected.delete(name);
          resolve(answer);
        };
        expected.set(name, { meet, disappoint });
      }),
  };
}

interface Expectation {
  readonly meet: (answer: Answer) => void;
  readonly disappoint: (why: string) => void;
}

function parseAnswer(text: string): [name: string, answer: Answer] {
  const [, name = "", output = "", errors = "", status] = answerForm.exec(text) ?? [];
  if (status === undefined) throw new Error(`the virtual machine sent no answer, but: ${text}`);
  return [name, { status: Number(status), output, errors }];
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they hold the parts apart.
const answerForm = /^\x01(\S+)\n([^\x02]*)\x02([^\x02]*)\x02(\d+)$/;
