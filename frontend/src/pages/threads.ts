/** The page of threads. */

import { start } from "../threads";
import { FILE_NAMES } from "../threads/files/words";
import { GUEST_LINK_NAMES } from "../threads/guests/words";
import { MEMBERSHIP_NAMES } from "../threads/membershipWords";
import { TALK_NAMES } from "../threads/talkWords";
import { NAMES } from "../threads/words";
import { words } from "./shell/words";

void start(words("threads-words", NAMES), words("talk-words", TALK_NAMES), words("file-words", FILE_NAMES), words("membership-words", MEMBERSHIP_NAMES), words("guest-link-words", GUEST_LINK_NAMES));
