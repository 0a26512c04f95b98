/** The page of a case. */

import { startCase } from "../feedback/casework";
import { CASE_NAMES } from "../feedback/casework/words";
import { FILE_NAMES } from "../threads/files/words";
import { announce } from "./shell/announce";
import { words } from "./shell/words";

void startCase(words("case-words", CASE_NAMES), words("file-words", FILE_NAMES), announce);
