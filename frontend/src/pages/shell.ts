/** What every page does: menus that close, errors that get the focus, forms that are sent once. */

import { focusErrorSummary, sendOnce } from "./shell/forms";
import { closeMenusPolitely } from "./shell/menus";

closeMenusPolitely(document);
sendOnce(document);
focusErrorSummary(document);
