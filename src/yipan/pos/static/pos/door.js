// How a register speaks to its store: JSON, with a token that is fetched anew when it has grown
// old, and the time of the hub learned from every answer that tells it.

const ASK_MS = 8_000;

export class Door {
  constructor({ till, site, setup, token, storage }) {
    this.till = till;
    this.site = site;
    this.setup = setup;
    this.token = token;
    this.storage = storage;
    this.offset = 0;
    this.isDenied = false;
  }

  async open() { this.offset = (await this.storage.readMeta("clock"))?.offset ?? 0; }

  // Returns {data}, {code, status} for a no of the store, or null when nobody answered.
  async post(what, body, isSecondTry = false) {
    const sent = Date.now();
    let reply;
    try {
      reply = await fetch(`/api/v1/tills/${encodeURIComponent(this.till)}/${what}`, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": this.token },
        body: JSON.stringify(body),
      });
    } catch {
      return null;
    }
    this.isDenied = reply.status === 401 || reply.status === 403;
    if (this.isDenied && !isSecondTry && (await this.refreshToken())) return this.post(what, body, true);
    let answer = null;
    try {
      answer = await reply.json();
    } catch {
      return null; // a cut body says nothing; it is sent again under the same id
    }
    if (reply.ok) {
      if (answer.server_time) await this.learn(answer.server_time, sent, Date.now());
      return { data: answer };
    }
    // Busy, or whoever works here has to log in again: not now, and not never.
    if (reply.status >= 500 || reply.status === 429 || this.isDenied) return null;
    return { code: answer.code ?? "", status: reply.status };
  }

  // Ask the hub, which may be far away: {data}, {code, status} for a no, or null without an answer.
  async ask(method, path, body, key = "") {
    const headers = { Accept: "application/json", "X-CSRFToken": this.token };
    if (body) headers["Content-Type"] = "application/json";
    if (key) headers["Idempotency-Key"] = key;
    try {
      const reply = await fetch(`/api/v1/${path}`, { method, headers, body: body && JSON.stringify(body), signal: AbortSignal.timeout(ASK_MS) });
      const answer = await reply.json();
      if (reply.ok) return { data: answer };
      return reply.status >= 500 || reply.status === 429 ? null : { code: answer.code ?? "", status: reply.status };
    } catch {
      return null;
    }
  }

  async get(address) {
    try {
      const reply = await fetch(address, { headers: { Accept: "application/json" } });
      return reply.ok && !reply.redirected ? await reply.json() : null;
    } catch {
      return null;
    }
  }

  async refreshToken() {
    const answer = await this.get(this.setup);
    if (!answer?.token) return false;
    this.token = answer.token;
    return true;
  }

  // What the hub's clock is ahead of this one, from the middle of the call.
  async learn(serverTime, sent, received) {
    const offset = Math.round(Date.parse(serverTime) - (sent + received) / 2);
    const isMoved = Math.abs(offset - this.offset) > 250;
    this.offset = offset;
    if (isMoved) await this.storage.writeMeta("clock", { offset, at: received });
  }

  // Now, by the clock of the hub as far as it is known.
  now() { return Date.now() + this.offset; }
}
