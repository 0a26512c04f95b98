/** The analysis of a form. */

import { AnalysisPage } from "../feedback/analysis/page";
import { NAMES } from "../feedback/analysis/words";
import { watchLock } from "../keys";
import { words } from "./shell/words";

const root = document.querySelector<HTMLElement>("[data-analysis]");
if (root === null) throw new Error("The page lacks [data-analysis].");
// What was opened goes with the keys.
watchLock(() => {
  window.location.reload();
});
new AnalysisPage(root, words("analysis-words", NAMES)).begin();
