/** The list of forms. */

import { LIST_NAMES, startList } from "../feedback/building/listing";
import { words } from "./shell/words";

const root = document.querySelector<HTMLElement>("[data-forms]");
if (root !== null) void startList(root, words("form-troubles", LIST_NAMES));
