/** Ranges of a histogram: round edges, at most ten (comms/feedback/selectors/bins.py, in whole millionths). */

export interface Bin {
  readonly label: string;
  readonly count: number;
}

export interface Numbers {
  readonly bins: readonly Bin[];
  readonly isWhole: boolean;
  readonly n: number;
  readonly least: string;
  readonly median: string;
  readonly mean: string;
  readonly most: string;
}

const UNIT = 1_000_000n;
const DECIMAL = /^-?\d{1,15}(\.\d{1,6})?$/;

/** Of decimal strings, exactly; undefined without any. */
export function binNumbers(texts: readonly string[]): Numbers | undefined {
  const numbers = texts.filter((text) => DECIMAL.test(text)).map(read).sort((one, other) => (one < other ? -1 : 1));
  const [least, most] = [numbers[0], numbers.at(-1)];
  if (least === undefined || most === undefined) return undefined;
  const isWhole = numbers.every((number) => number % UNIT === 0n);
  const step = stepOf(most - least, isWhole);
  const first = floor(least, step) * step;
  const counts = Array.from({ length: Number(floor(most - first, step)) + 1 }, () => 0);
  for (const number of numbers) {
    const at = Number(floor(number - first, step));
    counts[at] = (counts[at] ?? 0) + 1;
  }
  const n = BigInt(numbers.length);
  const middle = [numbers[Number((n - 1n) / 2n)] ?? 0n, numbers[Number(n / 2n)] ?? 0n] as const;
  const sum = numbers.reduce((so, number) => so + number, 0n);
  return {
    bins: counts.map((count, at) => ({ label: labelOf(first + BigInt(at) * step, step, isWhole), count })),
    isWhole,
    n: numbers.length,
    least: write(least),
    median: write((middle[0] + middle[1]) / 2n),
    mean: String(Math.round(Number(sum / n) / 10_000) / 100),
    most: write(most),
  };
}

function read(text: string): bigint {
  const [whole = "0", part = ""] = text.replace("-", "").split(".");
  const size = BigInt(whole) * UNIT + BigInt(part.padEnd(6, "0"));
  return text.startsWith("-") ? -size : size;
}

function write(number: bigint): string {
  const size = number < 0n ? -number : number;
  const part = String(size % UNIT).padStart(6, "0").replace(/0+$/, "");
  return `${number < 0n ? "-" : ""}${size / UNIT}${part === "" ? "" : `.${part}`}`;
}

function floor(number: bigint, step: bigint): bigint {
  const found = number / step;
  return number % step !== 0n && number < 0n ? found - 1n : found;
}

function stepOf(span: bigint, isWhole: boolean): bigint {
  if (span === 0n || (isWhole && span <= 8n * UNIT)) return UNIT;
  let size = 1n;
  while (size * 10n * 8n <= span) size *= 10n;
  for (const times of [1n, 2n, 5n]) if (size * times * 8n >= span) return size * times;
  return size * 10n;
}

function labelOf(low: bigint, step: bigint, isWhole: boolean): string {
  if (!isWhole) return `${write(low)}–${write(low + step)}`;
  const last = low + step - UNIT;
  return last === low ? write(low) : `${write(low)}–${write(last)}`;
}
