import { tell } from "./shared.ts";

tell("failing");
throw new Error("this part cannot be had");
