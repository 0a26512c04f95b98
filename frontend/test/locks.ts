/** The browser's locks (Web Locks API), for all pages of one test. */

type Work<T> = (lock: object | null) => Promise<T> | T;

export class Locks {
  private readonly held = new Map<string, Promise<unknown>>();

  request<T>(name: string, work: Work<T>): Promise<T>;
  request<T>(name: string, options: { ifAvailable?: boolean }, work: Work<T>): Promise<T>;
  request<T>(name: string, second: Work<T> | { ifAvailable?: boolean }, third?: Work<T>): Promise<T> {
    const work = third ?? (second as Work<T>);
    const before = this.held.get(name);
    if (before !== undefined && third !== undefined && (second as { ifAvailable?: boolean }).ifAvailable) {
      return Promise.resolve(work(null));
    }
    const done = (before ?? Promise.resolve()).then(() => work({ name }));
    const kept = done
      .catch(() => undefined)
      .then(() => {
        if (this.held.get(name) === kept) this.held.delete(name);
      });
    this.held.set(name, kept);
    return done;
  }
}
