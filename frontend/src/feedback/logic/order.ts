/** Comparing what is written as text: decimals exactly, days and texts by their characters. */

/** Negative, zero or positive, exactly, for two decimals of the profile (at most six places). */
export function compareDecimals(left: string, right: string): number {
  const difference = scaled(left) - scaled(right);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

function scaled(decimal: string): bigint {
  const negative = decimal.startsWith("-");
  const [whole = "0", places = ""] = (negative ? decimal.slice(1) : decimal).split(".");
  const size = BigInt(whole + places.padEnd(6, "0"));
  return negative ? -size : size;
}

export function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
