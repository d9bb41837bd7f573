import { describeKillsAtCalls } from "./describe-kills.ts";

describeKillsAtCalls("DEL");
