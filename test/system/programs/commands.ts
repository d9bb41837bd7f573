import { system } from "#system";
import { observe } from "./observations.ts";

/**
 * @param base A directory to write in.
 * @param busy A program that somebody has open for writing.
 */
export function observeCommands(base: string, busy: string): void {
  const look = (name: string, action: () => unknown) =>
    observe(name, action, { [base]: "BASE", [busy]: "BUSY" });
  const run = (program: string, ...rest: string[]) =>
    system.start({ program, arguments: rest, deadline: 10_000 }).wait();
  const shell = (script: string) => run("sh", "-c", script);

  look("command", () => run("echo", "a  b", "", "\u{20ac}"));
  look("command, absolute path", () => run("/bin/true"));
  look("command, status", () => shell("echo out; echo err >&2; exit 42"));
  look("command, signal", () => shell("kill -TERM $$"));
  look("command, late", () => system.start({ program: "sleep", arguments: ["1000"], deadline: 50 }).wait());
  look("command, no time at all", () =>
    system.start({ program: "sleep", arguments: ["1000"], deadline: 0 }).wait(),
  );
  // As long as a shell on a busy machine may take to begin.
  look("command, late, output so far", () =>
    system.start({ program: "sh", arguments: ["-c", "echo begun; exec sleep 1000"], deadline: 2000 }).wait(),
  );
  look("command, second wait", () => {
    const running = system.start({ program: "echo", arguments: ["once"], deadline: 5000 });
    const first = running.wait();
    return running.wait() === first;
  });
  look("command, has it ended", () => {
    const end = (script: string, deadline: number) => {
      const running = system.start({ program: "sh", arguments: ["-c", script], deadline });
      const before = running.hasEnded(5000);
      const { status, late } = running.wait();
      return { before, status, late, after: running.hasEnded(0) };
    };
    return [end("exit 3", 10_000), end("exec sleep 1000", 50)];
  });
  look("command, two at once", () => {
    const running = ["1", "2"].map((text) =>
      system.start({ program: "echo", arguments: [text], deadline: 5000 }),
    );
    return running.reverse().map((one) => one.wait().output);
  });

  look("command, no input", () => run("cat"));
  look("command, empty input", () =>
    system.start({ program: "cat", arguments: [], input: "", deadline: 5000 }).wait(),
  );
  look("command, input not read", () =>
    system.start({ program: "true", arguments: [], input: "x".repeat(1 << 20), deadline: 5000 }).wait(),
  );
  look("command, 8 MB in and out", () => {
    const input = "0123456789abcde\n".repeat(1 << 19);
    const tee = { program: "tee", arguments: ["/dev/stderr"], input, deadline: 10_000 };
    const { status, output, errors } = system.start(tee).wait();
    return { status, length: output.length, same: output === input && errors === input };
  });
  look("command, grandchild keeps its output open", () => {
    const { status, late, output } = shell("sleep 1000 & echo $!");
    return { status, late, killed: run("kill", output.trim()).status };
  });

  look("command, environment", () => run("env").output.trim().split("\n").sort());
  look("command, environment given", () =>
    system
      .start({
        program: "env",
        arguments: [],
        environment: { EMPTY: "", A: "b=c", "\u{e9}": "\u{20ac}" },
        deadline: 5000,
      })
      .wait(),
  );
  look("command, environment of its own alone", () =>
    system.start({ program: "env", arguments: [], environment: {}, deadline: 5000 }).wait(),
  );
  look("command, signals", () => run("grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status").output);
  look("command, descriptors", () => run("ls", "/proc/self/fd").output);

  // Up to the root, wherever that starts from.
  look("command, relative path", () => run(`${"../".repeat(40)}bin/echo`, "here"));
  look("command, missing", () => run("no-such-program-here"));
  look("command, missing path", () => run(`${base}/missing`));
  look("command, below a file", () => run("/etc/passwd/x"));
  look("command, not executable", () => run("/etc/passwd"));
  look("command, directory", () => run(base));
  look("command, being written", () => run(busy));
  look("command, too long", () => run("true", "x".repeat(1 << 20)));
  look("command, NUL in an argument", () => run("true", "a\0b"));
}
