/** What a browser does when it has no room left. */

/** Whether something could not be kept because this browser's storage is full. */
export function isStorageFull(error: unknown): boolean {
  return error instanceof DOMException && error.name === "QuotaExceededError";
}

/** Goes on without keeping it: what is kept makes later visits safer or shorter, and reading needs none of it. */
export async function ifThereIsRoom(keeping: Promise<unknown>): Promise<void> {
  try {
    await keeping;
  } catch (error) {
    if (!isStorageFull(error)) throw error;
  }
}
