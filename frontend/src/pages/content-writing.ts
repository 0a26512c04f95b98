/** The page where a text is written: a guard for unsaved words, variables at a click, a live preview. */

import { guardUnsavedWords } from "./content/guard";
import { previewWhileWriting } from "./content/preview";
import { insertVariables } from "./content/variables";

guardUnsavedWords(document);
insertVariables(document);
previewWhileWriting(document);
