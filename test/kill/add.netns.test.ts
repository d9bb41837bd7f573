import { describeKills } from "./describe-kills.ts";

describeKills("ADD");
