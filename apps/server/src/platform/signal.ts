/** Lets a loop wait until it is told of something, or until a time has passed. A signal raised early is not lost. */
export class Signal {
  #raised = false;
  #waiting: (() => void) | undefined;

  raise(): void {
    this.#raised = true;
    this.#waiting?.();
  }

  /** Resolves at the next signal, at once where one was raised since the last wait, and after `ms` at the latest. */
  async wait(ms: number): Promise<void> {
    if (!this.#raised) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.#waiting = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#raised = false;
    this.#waiting = undefined;
  }
}
