// Keys that press what is on the page anyway. /shortcuts/ lists them; every page works without them.
(() => {
  "use strict";

  const OFF = "keys-off";
  const SEQUENCE = 1500; // ms between "g" and the letter after it
  const FIELD = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";
  const areOff = () => localStorage.getItem(OFF) === "1";
  const visible = (element) => element.offsetParent !== null;
  const all = (found) => [...document.querySelectorAll(found)].filter(visible);

  // The links that head the rows of a list.
  const rows = () => all(".tbl tbody th a, .task__t > a");

  const step = (by) => {
    const links = rows();
    if (!links.length) return false;
    const row = document.activeElement.closest("tr, .task");
    const at = links.findIndex((link) => row?.contains(link));
    const next = links[at < 0 ? (by > 0 ? 0 : links.length - 1) : at + by];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
    return true;
  };

  const choose = () => {
    const box = document.activeElement.closest("tr")?.querySelector("input[type=checkbox]");
    box?.click();
    return Boolean(box);
  };

  const press = (found) => {
    const target = all(found)[0];
    if (!target) return false;
    target.click();
    return true;
  };

  const focus = (found) => {
    const target = all(found)[0];
    target?.focus();
    return Boolean(target);
  };

  const ACTS = {
    "/": () => focus(".bar__search input") || focus(".top__search input"),
    j: () => step(1),
    k: () => step(-1),
    x: choose,
    n: () => press(".pager a[rel=next]"),
    p: () => press(".pager a[rel=prev]"),
    f: () => focus(".bar .menu summary"),
  };

  // What has a place of its own on the page says so: data-hotkey="g c".
  const linked = (keys) => {
    const target = document.querySelector(`[data-hotkey="${CSS.escape(keys)}"]`);
    target?.click();
    return Boolean(target);
  };

  let begun = -SEQUENCE; // when "g" was pressed

  const act = (key) => {
    const within = performance.now() - begun < SEQUENCE;
    begun = -SEQUENCE;
    if (within) return linked(`g ${key}`);
    if (key === "g") {
      begun = performance.now();
      return true;
    }
    return ACTS[key]?.() || linked(key);
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
    if (event.defaultPrevented || event.key.length !== 1 || event.target.closest(FIELD) || areOff()) return;
    // The workbench has keys of its own.
    if (document.querySelector("main.wb, details.menu[open]")) return;
    if (act(event.key.toLowerCase())) event.preventDefault();
  });

  // Keys that are letters alone can be switched off (WCAG 2.1.4).
  const label = (button) => {
    button.hidden = false;
    button.textContent = areOff() ? button.dataset.on : button.dataset.off;
  };
  const labels = () => document.querySelectorAll("[data-keys-switch]").forEach(label);

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-keys-switch]");
    if (!button) return;
    if (areOff()) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "1");
    label(button);
  });
  document.addEventListener("htmx:load", labels);
  labels();
})();
