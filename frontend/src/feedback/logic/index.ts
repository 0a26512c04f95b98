/** The logic of forms: no page, no network; the same as comms/feedback/logic. */

export * from "./definition";
export { type Broken, type BrokenKind, findBroken, findGaps, type Gap } from "./broken";
export { checkValue, type Circumstances, evaluate, type Evaluation, fulfils, isEmpty, OTHER_LIMIT, type Problem, type ProblemCode } from "./evaluate";
export { findLeaks, type Leak, type LeakKind } from "./leaks";
export { compareDecimals } from "./order";
export { fill, fillWords, inLanguage, NOTHING, pipesOf, say, type SayWords } from "./piping";
export { conditionsOf, formTexts, type PlacedText, stepTexts, textsOf } from "./places";
export { count, DECIMAL, DefinitionError, isBlank, isDay, LIMITS, readDefinition } from "./reader";
