import { describeLife } from "./life.ts";
import { shellRecipeWithStop } from "./ways.ts";

describeLife(shellRecipeWithStop);
