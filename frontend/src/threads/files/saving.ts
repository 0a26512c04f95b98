/** Handing an opened file to the person: straight to their disk where the browser can, else as a download. */

import { type Bytes } from "../../crypto/bytes";
import { type Sink } from "./download";

/** Above this size the person chooses the place first, so that the file is never whole in memory. */
export const TO_DISK_FROM = 16 * 1024 * 1024;

interface Picker {
  showSaveFilePicker?: (options: { suggestedName: string }) => Promise<FileSystemFileHandle>;
}

/** Keeps what is written as a blob of the browser, which puts large ones on the disk by itself. */
export class MemorySink implements Sink {
  private parts: Blob[] = [];

  constructor(private readonly onWhole: (parts: readonly Blob[]) => void) {}

  write(data: Bytes): Promise<void> {
    this.parts.push(new Blob([data]));
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.onWhole(this.parts);
    this.parts = [];
    return Promise.resolve();
  }

  abort(): Promise<void> {
    this.parts = [];
    return Promise.resolve();
  }
}

/**
 * A sink for saving under `name`; undefined if the person closed the question where to. Call it from the
 * click itself: browsers answer only that.
 */
export async function savingSink(name: string, size: number): Promise<Sink | undefined> {
  const picker = (window as Picker).showSaveFilePicker;
  if (size <= TO_DISK_FROM || picker === undefined) {
    return new MemorySink((parts) => {
      offer(parts, name);
    });
  }
  try {
    const handle = await picker.call(window, { suggestedName: name });
    // Until it is closed the browser writes beside the file, and drops that on abort.
    const file = await handle.createWritable();
    return {
      write: (data) => file.write(data),
      close: () => file.close(),
      abort: () => file.abort(),
    };
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") return undefined;
    throw error;
  }
}

/** A download of the browser. Its type is nobody's to open: no file becomes a page of our origin. */
function offer(parts: readonly Blob[], name: string): void {
  const address = URL.createObjectURL(new Blob([...parts], { type: "application/octet-stream" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  window.setTimeout(() => {
    URL.revokeObjectURL(address);
  }, 60_000);
}
