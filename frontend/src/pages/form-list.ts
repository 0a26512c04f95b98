/** The list of forms. */

import { startList } from "../feedback/building/listing";
import { LIST_NAMES } from "../feedback/building/troubles";
import { words } from "./shell/words";

const root = document.querySelector<HTMLElement>("[data-forms]");
if (root !== null) void startList(root, words("form-troubles", LIST_NAMES));
