// The goods of a register: 50,000 of them and more, found by scan or word without a network. They
// lie in 256 chunks; only chunks whose digest differs from the store's are fetched again.

const CHUNKS_PER_CALL = 32;
const REFRESH_MS = 300_000;
const COLUMNS = ["sku", "name", "name_zh", "category", "price_minor", "currency", "barcodes"];

export class Catalog {
  constructor({ storage, door, addresses, onChange }) {
    Object.assign(this, { storage, door, addresses, onChange });
    this.rows = new Map();
    this.codes = new Map();
    this.chunks = new Map();
    this.words = null;
    this.stock = new Map();
    this.stockAt = null;
    this.version = "";
  }

  // From the disk: what was kept when the network was last there.
  async open() {
    for (const chunk of await this.storage.list("chunks")) this.index(chunk);
    const stock = await this.storage.readMeta("stock");
    if (stock) this.takeStock(stock);
  }

  index({ chunk, digest, rows }) {
    for (const row of this.chunks.get(chunk)?.rows ?? []) {
      this.rows.delete(row[0]);
      for (const code of Object.keys(row[6])) if (this.codes.get(code)?.[0] === row[0]) this.codes.delete(code);
    }
    this.chunks.set(chunk, { digest, rows });
    for (const row of rows) {
      this.rows.set(row[0], row);
      for (const [code, size] of Object.entries(row[6])) this.codes.set(code, [row[0], size]);
    }
    this.words = null;
  }

  get size() { return this.rows.size; }

  find(sku) {
    const row = this.rows.get(sku);
    return row ? Object.fromEntries(COLUMNS.map((name, place) => [name, row[place]])) : null;
  }

  findByCode(code) {
    const found = this.codes.get(code);
    const item = found && this.find(found[0]);
    return item ? { item, size: found[1] } : null;
  }

  isCode(text) { return this.codes.has(text); }

  // Goods whose code or names hold all the words, those that begin with the text first.
  search(text, limit = 12) {
    const wanted = text.toLowerCase().split(/\s+/).filter(Boolean);
    if (!wanted.length) return [];
    this.words ??= [...this.rows.values()].map((row) => [`${row[0]} ${row[1]} ${row[2]}`.toLowerCase(), row[0]]);
    const first = [];
    const others = [];
    for (const [words, sku] of this.words) {
      if (!wanted.every((word) => words.includes(word))) continue;
      (words.startsWith(wanted[0]) ? first : others).push(sku);
      if (first.length >= limit) break;
    }
    return [...first, ...others].slice(0, limit).map((sku) => this.find(sku));
  }

  // What is not among the goods on the disk yet, as the store answered.
  remember(item) {
    const row = COLUMNS.map((name) => item[name]);
    this.rows.set(row[0], row);
    for (const [code, size] of Object.entries(item.barcodes)) this.codes.set(code, [row[0], size]);
    this.stock.set(item.sku, item.available);
  }

  async refresh() {
    clearTimeout(this.timer);
    await this.refreshGoods();
    await this.refreshStock();
    this.onChange();
    this.timer = setTimeout(() => this.refresh(), REFRESH_MS);
  }

  async refreshGoods() {
    const answer = await this.door.get(this.addresses.catalog);
    if (!answer) return;
    const wanted = Object.keys(answer.digests).map(Number)
      .filter((chunk) => this.chunks.get(chunk)?.digest !== answer.digests[chunk]);
    const gone = [...this.chunks.keys()].filter((chunk) => !(chunk in answer.digests));
    for (const chunk of gone) await this.keep([{ chunk, digest: "", rows: [] }]);
    for (let start = 0; start < wanted.length; start += CHUNKS_PER_CALL) {
      const part = wanted.slice(start, start + CHUNKS_PER_CALL);
      const given = await this.door.get(`${this.addresses.catalog}&chunks=${part.join(",")}`);
      if (!given) return;
      await this.keep(part.map((chunk) => ({ chunk, digest: answer.digests[chunk], rows: given.chunks[chunk] ?? [] })));
    }
    this.version = answer.version;
    await this.storage.writeMeta("catalog", { version: answer.version, at: this.door.now() });
  }

  async keep(chunks) {
    await this.storage.change(["chunks"], (store) => { for (const chunk of chunks) store("chunks").put(chunk); });
    for (const chunk of chunks) this.index(chunk);
  }

  // What the store's book says, with its age; tickets it has not booked are taken off again.
  async refreshStock() {
    const answer = await this.door.get(this.addresses.stock);
    if (!answer) return;
    await this.storage.writeMeta("stock", answer);
    this.takeStock(answer);
    for (const state of ["pending", "sending", "unnumbered"]) {
      for (const { ticket } of await this.storage.listBy("tickets", "state", state)) {
        for (const line of ticket.lines) this.takeOff(line.sku, line.quantity);
      }
    }
  }

  takeStock({ as_of: at, quantities }) {
    this.stock = new Map(Object.entries(quantities));
    this.stockAt = Date.parse(at);
  }

  // Known to be so many, or undefined: unknown is never zero.
  getStock(sku) {
    if (this.stockAt === null) return this.stock.get(sku);
    return this.rows.has(sku) || this.stock.has(sku) ? this.stock.get(sku) ?? 0 : undefined;
  }

  takeOff(sku, quantity) {
    const known = this.getStock(sku);
    if (known !== undefined) this.stock.set(sku, known - quantity);
  }
}
