// The close of a day: what this device has sold and not sent yet stands in the way.

const place = document.querySelector("[data-unsent]");
const link = document.querySelector("[data-close]");

function count(database) {
  return new Promise((resolve) => {
    const asked = database.transaction("tickets").objectStore("tickets").count();
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => resolve(0);
  });
}
async function look() {
  const name = `yipan-register-${place.dataset.till}`;
  const known = await indexedDB.databases();
  if (!known.some((each) => each.name === name)) return;
  const asked = indexedDB.open(name);
  asked.onsuccess = async () => {
    const database = asked.result;
    const unsent = database.objectStoreNames.contains("tickets") ? await count(database) : 0;
    database.close();
    if (!unsent) return;
    place.className = "hh-message tone-bad";
    place.querySelector("[data-unsent-text]").textContent = `${unsent} · ${place.dataset.textUnsent}`;
    link.setAttribute("aria-disabled", "true");
    link.addEventListener("click", (event) => event.preventDefault());
  };
}
look();
