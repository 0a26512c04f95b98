/** What every page does: menus that close, errors that get the focus, forms sent once, the palette. */

import { noteTouches } from "../keys/idle";
import { offerCopies } from "./shell/copy";
import { focusErrorSummary, sendOnce } from "./shell/forms";
import { offerLocking } from "./shell/lockNow";
import { closeMenusPolitely } from "./shell/menus";
import { offerPalette } from "./shell/palette";

closeMenusPolitely(document);
sendOnce(document);
focusErrorSummary(document);
offerPalette(document);
offerCopies(document);
offerLocking(document);
noteTouches();
