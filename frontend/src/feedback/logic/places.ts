/** Every text and condition of a form, with the name of its place: what the findings go through. */

import { type Condition, type Definition, isQuestion, type Item, type Step, type Text } from "./definition";

export interface PlacedText {
  /** "label", "hint", "choice", "row", "column", "unit", "low", "high", "message", "title", "intro", "thanks". */
  readonly part: string;
  /** Of a choice, row or column. */
  readonly choice?: string;
  readonly text: Text;
}

export function textsOf(item: Item): readonly PlacedText[] {
  const found: PlacedText[] = [
    { part: "label", text: item.label },
    { part: "hint", text: item.hint },
  ];
  if (!isQuestion(item)) return found;
  const list = (part: string, choices: readonly { readonly id: string; readonly label: Text }[]): void => {
    for (const choice of choices) found.push({ part, choice: choice.id, text: choice.label });
  };
  if (item.type === "single_choice" || item.type === "multiple_choice" || item.type === "ranking") list("choice", item.choices);
  if (item.type === "likert") {
    list("row", item.rows);
    list("column", item.columns);
  }
  if (item.type === "number") found.push({ part: "unit", text: item.unit });
  if (item.type === "rating") found.push({ part: "low", text: item.low }, { part: "high", text: item.high });
  if (item.constraint !== null) found.push({ part: "message", text: item.constraint.message });
  return found;
}

export function stepTexts(step: Step): readonly PlacedText[] {
  return [{ part: "title", text: step.title }];
}

export function formTexts(definition: Definition): readonly PlacedText[] {
  return [
    { part: "title", text: definition.title },
    { part: "intro", text: definition.intro },
    { part: "thanks", text: definition.thanks },
  ];
}

export interface PlacedCondition {
  readonly part: "visible" | "constraint";
  readonly condition: Condition;
}

export function conditionsOf(item: Item): readonly PlacedCondition[] {
  const found: PlacedCondition[] = [];
  if (item.visible !== null) found.push({ part: "visible", condition: item.visible });
  if (isQuestion(item) && item.constraint !== null) {
    found.push({ part: "constraint", condition: item.constraint.condition });
  }
  return found;
}
