import { describeLife } from "./life.ts";
import { shellRecipe } from "./ways.ts";

describeLife(shellRecipe);
