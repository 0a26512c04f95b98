/** The page of threads. */

import { start } from "../threads";
import { NAMES } from "../threads/words";
import { words } from "./shell/words";

void start(words("threads-words", NAMES));
