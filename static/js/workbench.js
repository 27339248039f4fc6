// Keys, selected words and the place in the list. The workbench does all of it without this file, too.
(() => {
  "use strict";

  const field = "input, textarea, select, [contenteditable]";
  const keysAreOff = () => localStorage.getItem("keys-off") === "1"; // the switch: keys.js;

  // What a key presses: in the candidate that has the focus, else in the framed one, else anywhere.
  const pressed = (key) => {
    const found = `[data-key="${CSS.escape(key)}"]`;
    const card = document.activeElement.closest(".cand") || document.querySelector(".cand[aria-current]");
    return card?.querySelector(found) || document.querySelector(`.wb ${found}`);
  };

  // One thing after another: keys and links that are pressed meanwhile wait for the answer; a button that
  // is pressed twice counts once; whoever goes on before a passage has come goes on.
  const MOST = 8;
  const waiting = [];
  let request = null; // the one whose answer is awaited
  let latest = null; // the last one that was sent

  const press = (key) => {
    const target = pressed(key);
    target?.click();
    return Boolean(target);
  };

  const act = (event, key) => {
    if (request) {
      if (waiting.length < MOST) waiting.push(key);
    } else if (!press(key)) return;
    event.preventDefault();
  };

  const ofTheBench = (event) => event.target.closest("main.wb") && event.target.id !== "live";

  document.addEventListener("htmx:confirm", (event) => {
    if (!request?.writes || !ofTheBench(event)) return;
    event.preventDefault();
    if (event.target.dataset.key) waiting.push(event.target.dataset.key);
  });
  document.addEventListener("htmx:beforeSend", (event) => {
    if (!ofTheBench(event)) return;
    const { xhr, requestConfig } = event.detail;
    latest = xhr;
    request = { xhr, writes: requestConfig.verb !== "get" };
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.xhr !== request?.xhr) return;
    request = null;
    if (!event.detail.successful) waiting.length = 0;
    while (waiting.length && !request) press(waiting.shift());
  });

  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.isComposing || !document.querySelector("main.wb")) return;
    const typing = event.target.closest(field);
    if (event.ctrlKey || event.metaKey) {
      // From the middle of a form, where Enter starts a line.
      if (event.key === "Enter") typing?.closest(".wb__form")?.requestSubmit();
      return;
    }
    if (event.key === "Escape") {
      if (typing) typing.blur();
      else act(event, "Escape");
      return;
    }
    if (document.querySelector(".wb__form")) return; // a form is open: nothing may take its words away
    if (typing || event.repeat || keysAreOff() || document.querySelector("details.menu[open]")) return;
    if (event.key.length === 1) act(event, event.key.toLowerCase());
  });

  // Selected words --------------------------------------------------------------------------------

  // Offsets count characters as the server does, not the units of this language.
  const length = (words) => [...words].length;

  const selection = () => {
    const chosen = getSelection();
    if (!chosen.rangeCount || chosen.isCollapsed) return null;
    const range = chosen.getRangeAt(0);
    const text = document.querySelector("[data-pick]");
    if (!text || !text.contains(range.startContainer) || !text.contains(range.endContainer)) return null;
    const before = document.createRange();
    before.setStart(text, 0);
    before.setEnd(range.startContainer, range.startOffset);
    const raw = range.toString();
    const words = raw.trim();
    if (!words) return null;
    const lead = raw.length - raw.trimStart().length;
    const start = Number(text.dataset.start) + length(before.toString()) + length(raw.slice(0, lead));
    return { words: words.replace(/\s+/g, " "), at: `${start}-${start + length(words)}` };
  };

  const quote = (add) => {
    const chosen = selection();
    const box = document.querySelector("[data-quote]");
    if (!chosen || !box) return;
    const at = box.form.querySelector("[data-at]");
    const keep = add && box.value.trim() !== "";
    // Only what the script put there itself has known places.
    if (at) at.value = !keep ? chosen.at : at.value && `${at.value},${chosen.at}`;
    box.value = keep ? `${box.value.trimEnd()}\n${chosen.words}` : chosen.words;
    box.focus();
  };

  // A press on the button must not take the selection away.
  document.addEventListener("mousedown", (event) => {
    if (event.target.closest("[data-pick-acts]")) event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-pick-use]")) quote(false);
    if (event.target.closest("[data-pick-add]")) quote(true);
  });
  document.addEventListener("input", (event) => {
    if (!event.target.matches("[data-quote]")) return;
    const at = event.target.form.querySelector("[data-at]");
    if (at) at.value = "";
  });

  // Where one was ------------------------------------------------------------------------------------

  let scrolled = 0;
  const list = () => document.querySelector("[data-list]");

  // The candidate that is to be decided on next, with its buttons. In one column the passage is read
  // first: the page goes on only when a candidate before it has been decided on.
  const reveal = (inColumns) => {
    const card = document.querySelector(".cand[aria-current]");
    if (!card || (!inColumns && !card.previousElementSibling?.matches(".cand"))) return;
    card.scrollIntoView({ block: card.offsetHeight < innerHeight * 0.7 ? "nearest" : "start" });
  };

  const arrange = (isFirst) => {
    document.querySelectorAll("[data-pick-acts]").forEach((acts) => (acts.hidden = false));
    const box = list();
    const selected = box?.querySelector(".psg[aria-current]");
    // In one column the list does not scroll by itself, and the page must stay where it is.
    const inColumns = box && box.scrollHeight > box.clientHeight;
    if (!isFirst) reveal(inColumns);
    if (!selected || !inColumns) return;
    const top = selected.getBoundingClientRect().top - box.getBoundingClientRect().top + box.scrollTop;
    const spare = box.clientHeight - selected.offsetHeight;
    box.scrollTop = isFirst ? top - spare / 2 : Math.min(Math.max(scrolled, top - spare), top);
  };

  document.addEventListener("htmx:beforeSwap", (event) => {
    const { target, xhr } = event.detail;
    // Somebody has gone on since: what comes too late is not shown.
    if (target.matches("main.wb") && xhr !== latest) event.detail.shouldSwap = false;
    scrolled = list()?.scrollTop ?? 0;
    // Somebody else was quicker: the answer is the form with what was typed, to be shown.
    if (xhr.status !== 409) return;
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  });
  document.addEventListener("htmx:load", (event) => {
    if (event.detail.elt.matches("main.wb")) arrange(false);
  });
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => arrange(true));
  else arrange(true);
})();
