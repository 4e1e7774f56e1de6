// The cash drawer, opened without a sale (开钱箱): somebody says why, that is written down, and then
// it opens.

import { find, say, text } from "./view.js";

export class Drawer {
  constructor({ printer, note }) { Object.assign(this, { printer, note }); }

  // Returns whether it was opened, or would have been.
  async ask() {
    const dialog = find("drawer");
    const form = dialog.querySelector("form");
    form.reset();
    dialog.showModal();
    form.elements.reason.focus();
    const reason = await new Promise((resolve) => {
      let given = "";
      form.onsubmit = (event) => {
        event.preventDefault();
        given = form.elements.reason.value.trim();
        if (given) dialog.close();
      };
      find("drawer-leave").onclick = () => dialog.close();
      dialog.addEventListener("close", () => resolve(given), { once: true });
    });
    if (!reason) return false;
    await this.note(reason);
    const isOpen = await this.printer.openDrawer();
    say(text(isOpen ? "draweropened" : "drawerbyhand"), isOpen ? "good" : "bad");
    return true;
  }
}
