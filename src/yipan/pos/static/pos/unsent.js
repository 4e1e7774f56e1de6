// Nobody logs out, and no day is closed, over tickets this device has not sent. It looks into the
// databases of all registers that were ever opened in this browser.

const UNSENT = ["unnumbered", "pending", "sending", "parked"];
const PREFIX = "yipan-register-";

// Returns till, how many are unsent, and who this device is, for each register here.
export async function listUnsent() {
  const known = (await globalThis.indexedDB?.databases?.()) ?? [];
  const names = known.map((each) => each.name).filter((name) => name.startsWith(PREFIX));
  return (await Promise.all(names.map(look))).filter(Boolean);
}

function look(name) {
  return new Promise((resolve) => {
    const asked = indexedDB.open(name);
    asked.onerror = () => resolve(null);
    asked.onsuccess = async () => {
      const database = asked.result;
      const till = name.slice(PREFIX.length);
      try {
        const has = database.objectStoreNames.contains("meta");
        const work = database.transaction(has ? ["tickets", "meta"] : ["tickets"]);
        const counts = has
          ? await Promise.all(UNSENT.map((state) => answer(work.objectStore("tickets").index("state").count(state))))
          : [await answer(work.objectStore("tickets").count())];
        const identity = has ? (await answer(work.objectStore("meta").get("identity")))?.value : null;
        resolve({ till, unsent: counts.reduce((all, one) => all + one, 0), identity });
      } catch {
        resolve(null);
      } finally {
        database.close();
      }
    };
  });
}
const answer = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

for (const form of document.querySelectorAll("form[data-text-unsent]")) {
  form.addEventListener("submit", async (event) => {
    if (form.dataset.isChecked) return;
    event.preventDefault();
    const unsent = (await listUnsent()).reduce((all, each) => all + each.unsent, 0);
    if (unsent) {
      const said = form.querySelector("[role=alert]") ?? form.appendChild(document.createElement("p"));
      said.setAttribute("role", "alert");
      said.className = "menu-note bad";
      said.textContent = `${unsent} · ${form.dataset.textUnsent}`;
      return;
    }
    form.dataset.isChecked = "1";
    form.requestSubmit();
  });
}
