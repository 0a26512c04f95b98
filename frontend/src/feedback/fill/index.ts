export { type FileKeeper, type FilePhase, type FileProblem, type KeptFile } from "./attaching";
export { directionOfLanguage, Filling, type Kept, numberInField, plainNumber, REVIEW, todayUtc } from "./filling";
export { FormView, type FormTools } from "./formView";
export { reviewView, type ReviewTools } from "./reviewView";
export { FILL_NAMES, type FillWords, put } from "./words";
