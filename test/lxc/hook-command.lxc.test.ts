import { describeLife } from "./life.ts";
import { hookCommand } from "./ways.ts";

describeLife(hookCommand);
