/** The team's inbox of cases. */

import { INBOX_NAMES, startInbox } from "../feedback/casework/inbox";
import { words } from "./shell/words";

startInbox(document, words("inbox-words", INBOX_NAMES));
