/** The page behind a guest's link. */

import { FILE_NAMES } from "../threads/files/words";
import { start } from "../threads/guests/start";
import { GUEST_NAMES } from "../threads/guests/words";
import { MEMBERSHIP_NAMES } from "../threads/membershipWords";
import { TALK_NAMES } from "../threads/talkWords";
import { NAMES } from "../threads/words";
import { words } from "./shell/words";

void start({
  page: words("threads-words", NAMES),
  talk: words("talk-words", TALK_NAMES),
  files: words("file-words", FILE_NAMES),
  membership: words("membership-words", MEMBERSHIP_NAMES),
  guest: words("guest-words", GUEST_NAMES),
});
