/** The page on which a form is shared. */

import { LIST_NAMES } from "../feedback/building/troubles";
import { SHARE_NAMES, startShare } from "../feedback/building/sharing";
import { words } from "./shell/words";

const root = document.querySelector<HTMLElement>("[data-form-share]");
if (root !== null) void startShare(root, words("share-words", SHARE_NAMES), words("form-troubles", LIST_NAMES));
