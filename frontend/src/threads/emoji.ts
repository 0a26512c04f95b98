/** The emoji that people answer with: a small set of our own, and what may come from elsewhere. */

/** Offered in this order; any other emoji that a message carries is shown too. */
export const OFFERED = [
  "👍", "👎", "✅", "❌", "👀", "🙏", "❤️", "😀",
  "😢", "😮", "🤔", "👏", "🎉", "🤝", "☮️", "🕊️",
] as const;

const ONE = /^(?:\p{Extended_Pictographic}|\p{Regional_Indicator}{2}|[0-9#*]\uFE0F?\u20E3)[\p{Emoji_Component}\p{Extended_Pictographic}]*$/u;

/** Whether it is emoji and nothing else: a reaction is no place to write in. */
export function isEmoji(text: string): boolean {
  return ONE.test(text);
}
