/** Forms of the content and campaign pages: a guard for unsaved words. */

import { guardUnsavedWords } from "./content/guard";

guardUnsavedWords(document);
