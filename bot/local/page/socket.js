/** Keeps one WebSocket to the workspace open for one person, and says when the line drops and comes back. */

const LONGEST_WAIT_MS = 5000;

export class Line {
  /**
   * `onEvent(event)`; `onLine(connected, again)`, where `again` is true for every connection but the first. A
   * connection counts from its first event: only then nothing can slip between it and what is loaded next.
   */
  constructor(user, { onEvent, onLine }) {
    Object.assign(this, { user, onEvent, onLine, wait: 250, opened: 0, connected: false, closed: false });
    this.ready = new Promise((resolve) => {
      this.tried = resolve;
    });
    this.connect();
  }

  connect() {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    this.socket = new WebSocket(
      `${scheme}://${location.host}/local/socket?user=${encodeURIComponent(this.user)}`,
    );
    this.socket.addEventListener("message", (event) => this.receive(event.data));
    this.socket.addEventListener("close", () => this.down());
  }

  receive(text) {
    if (this.closed) return;
    if (!this.connected) this.up();
    this.onEvent(JSON.parse(text));
  }

  up() {
    Object.assign(this, { connected: true, wait: 250, opened: this.opened + 1 });
    this.tried();
    this.onLine(true, this.opened > 1);
  }

  down() {
    if (this.closed) return;
    this.connected = false;
    this.tried();
    this.onLine(false, this.opened > 0);
    this.timer = setTimeout(() => this.connect(), this.wait);
    this.wait = Math.min(this.wait * 2, LONGEST_WAIT_MS);
  }

  close() {
    this.closed = true;
    clearTimeout(this.timer);
    this.socket.close();
  }
}
