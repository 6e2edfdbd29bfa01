// Keyboard shortcuts of the desk. Every page works without this script, and the script never decides by itself.
"use strict";

(() => {
  const page = document.body.dataset.page;
  const openedAt = performance.now();
  // How long a complaint is on screen before it can be decided: a held key or the second half of a double click may
  // come from the page before.
  const READING_MILLISECONDS = 600;
  const find = (selector) => document.querySelector(selector);
  const findAll = (selector) => [...document.querySelectorAll(selector)];

  const isTyping = (element) =>
    element instanceof HTMLTextAreaElement ||
    element instanceof HTMLSelectElement ||
    (element instanceof HTMLInputElement && !["radio", "checkbox"].includes(element.type));

  const follow = (selector) => {
    const link = find(selector);
    if (link) link.click();
    return Boolean(link);
  };

  const choose = (key) => {
    const choice = find(`input[data-key="${key}"]`);
    if (!choice) return false;
    choice.checked = true;
    choice.focus();
    choice.dispatchEvent(new Event("change", { bubbles: true }));
    return true;
  };

  const focus = (selector) => {
    const field = find(selector);
    if (field) field.focus();
    return Boolean(field);
  };

  const moveRow = (step) => {
    const rows = findAll("[data-rows] a.row");
    if (!rows.length) return false;
    const current = rows.indexOf(document.activeElement);
    const first = step > 0 ? 0 : rows.length - 1;
    const next = current < 0 ? first : Math.min(Math.max(current + step, 0), rows.length - 1);
    rows[next].focus();
    return true;
  };

  const showHelp = () => {
    const dialog = find("#bantuan");
    if (dialog && !dialog.open) dialog.showModal();
    return Boolean(dialog);
  };

  const submit = (form) => {
    if (!form) return false;
    form.requestSubmit();
    return true;
  };

  const queueKeys = {
    j: () => moveRow(1),
    k: () => moveRow(-1),
    "/": () => focus("#cari"),
  };
  for (const n of "12345") queueKeys[n] = () => follow(`[data-tab="${n}"]`);

  const complaintKeys = {
    j: () => follow('a[rel="next"]'),
    k: () => follow('a[rel="prev"]'),
    u: () => focus("#cari-unit"),
    g: () => focus("#cari-kategori"),
    t: () => focus("#tindak-lanjut"),
    b: () => focus("#cari-tembusan"),
    "/": () => {
      const up = find("[data-up]");
      if (up) location.assign(`${up.href}#cari`);
      return Boolean(up);
    },
    Enter: () => submit(find("[data-decision]")),
  };
  for (const key of "012345qwe") complaintKeys[key] = () => choose(key);

  const commonKeys = { "?": showHelp, z: () => submit(find("[data-undo]")) };
  const keys = { ...commonKeys, ...(page === "antrean" ? queueKeys : page === "pengaduan" ? complaintKeys : {}) };

  const keepsEnter = (target, key) =>
    key === "Enter" && target.closest("a, button, summary, dialog, [data-undo]") !== null;

  // A held Enter counts once, also where it was pressed on the page before; other held keys count only in fields.
  let enterIsHeld = false;
  const isHeld = (event) => {
    const held = event.repeat || (event.key === "Enter" && enterIsHeld);
    if (event.key === "Enter") enterIsHeld = true;
    return held;
  };
  document.addEventListener("keyup", (event) => {
    if (event.key === "Enter") enterIsHeld = false;
  });
  window.addEventListener("blur", () => {
    enterIsHeld = false;
  });

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const target = event.target;
    if (isHeld(event) && !(target instanceof HTMLTextAreaElement)) {
      // The browser itself would send a form or follow a link at each repetition of Enter.
      if (event.key === "Enter") event.preventDefault();
      if (event.key === "Enter" || !isTyping(target)) return;
    }
    if (target.matches && target.matches("[data-search]") && event.key === "Enter") {
      event.preventDefault();
      chooseFirstMatch(target);
      return;
    }
    if (event.key === "Escape" && isTyping(target)) {
      target.blur();
      return;
    }
    if (isTyping(target) || (find("dialog[open]") && event.key !== "Escape") || keepsEnter(target, event.key)) return;
    if (event.key.length === 1 && document.body.dataset.keys === "off") return;
    const action = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (action && action()) event.preventDefault();
  });

  // A search result may arrive late: only the result for the field's current value counts. Enter may precede the result:
  // then the first match is chosen on arrival. The same search is not sent twice, since a new result would drop the choice.
  const queryOf = (field) => field.value.trim();
  const resultsOf = (field) => find(field.getAttribute("hx-target"));
  const searchFieldOf = (element) => (element instanceof HTMLElement && element.matches("[data-search]") ? element : null);

  const chooseFirst = (results) => {
    const first = results.querySelector("input[data-match]");
    if (!first) return;
    first.checked = true;
    first.focus();
    first.dispatchEvent(new Event("change", { bubbles: true }));
  };

  // The newest choice counts: typing a name clears the chosen candidate, and choosing a candidate clears the typed name.
  document.addEventListener("input", (event) => {
    const name = event.target.dataset.chooses;
    if (!name || !event.target.value.trim()) return;
    for (const choice of findAll(`input[name="${name}"]:checked`)) choice.checked = false;
  });
  document.addEventListener("change", (event) => {
    const choice = event.target;
    if (!(choice instanceof HTMLInputElement && choice.type === "radio")) return;
    const field = find(`[data-chooses="${choice.name}"]`);
    if (field) field.value = "";
    // Without a unit, an outcome that the page chose in advance no longer fits.
    const outcome = find("#tindak-lanjut");
    if (choice.name === "unit" && choice.value === "-" && outcome && outcome.selectedOptions[0]?.defaultSelected) outcome.value = "";
    followChoice(choice);
  });

  // Category follows unit, and unit follows category: the officer's first choice leads. The list for each offered choice
  // is in the page, or beside its search result.
  const FOLLOWER = { unit: "kategori", kategori: "unit" };
  const listedFor = { unit: null, kategori: null };
  const current = {};
  const chosenByHand = {};
  for (const name of Object.keys(FOLLOWER)) current[name] = find(`input[name="${name}"][checked]`)?.value ?? "";
  let leader = null;
  const checkedOf = (name) => find(`input[name="${name}"]:checked`);

  const followChoice = (choice) => {
    const follower = FOLLOWER[choice.name];
    if (!follower || current[choice.name] === choice.value || !find("template[data-follows]")) return;
    current[choice.name] = choice.value;
    chosenByHand[choice.name] = true;
    if (choice.name === "kategori") decision.elements.kategori_awal.value = "";
    leader ??= choice.name;
    if (leader !== choice.name || choice.value === "-" || listedFor[follower] === choice.value) return;
    const lists = findAll(`template[data-follows="${follower}"]`);
    showList(follower, lists.find((list) => list.dataset.choice === choice.value));
    listedFor[follower] = choice.value;
    if (follower === "kategori") {
      decision.elements.kategori_untuk.value = choice.value;
      decision.elements.kategori_awal.value = chosenByHand.kategori ? "" : current.kategori;
    }
  };

  // Without a list the follower's choice is asked for. A unit chosen in advance stays where it still fits.
  const showList = (name, list) => {
    const shown = find(`[data-list="${name}"]`);
    const before = checkedOf(name);
    if (list) {
      shown.replaceChildren(list.content.cloneNode(true));
      shown.closest("fieldset").className = `card ranking ${list.dataset.status}`;
    }
    const isListed = before && !("match" in before.dataset);
    const same = isListed ? [...shown.querySelectorAll("input")].find((input) => input.value === before.value) : before;
    const fits = same && (chosenByHand[name] || (name === "unit" && list && !same.closest(".outside")));
    if (fits) {
      same.checked = true;
    } else {
      chosenByHand[name] = false;
      if (!list && before) before.checked = false;
    }
    current[name] = checkedOf(name)?.value ?? "";
  };

  // A ticked copy moves out of the search results, and the field is cleared for the next search.
  document.addEventListener("change", (event) => {
    const box = event.target;
    if (!(box instanceof HTMLInputElement && box.type === "checkbox" && "match" in box.dataset)) return;
    const results = box.closest("[data-failed]");
    const chosen = find(`[data-kept="${box.name}"]`);
    const field = find(`[hx-target="#${results.id}"]`);
    const duplicate = [...chosen.querySelectorAll("input")].find((other) => other.value === box.value);
    if (duplicate) {
      duplicate.checked = true;
    } else {
      delete box.dataset.match;
      const label = box.closest("label");
      label.className = "check";
      chosen.append(label);
    }
    results.replaceChildren();
    delete results.dataset.query;
    field.value = "";
    field.focus();
  });

  const chooseFirstMatch = (field) => {
    const results = resultsOf(field);
    if (results.dataset.query === queryOf(field)) {
      chooseFirst(results);
      return;
    }
    results.dataset.chooseFor = queryOf(field);
    htmx.trigger(field, "cari");
  };

  document.addEventListener("htmx:beforeRequest", (event) => {
    const field = searchFieldOf(event.detail.elt);
    if (field && resultsOf(field).dataset.query === queryOf(field)) event.preventDefault();
  });

  document.addEventListener("htmx:beforeSwap", (event) => {
    const field = searchFieldOf(event.detail.requestConfig.elt);
    if (field && event.detail.requestConfig.parameters[field.name].trim() !== queryOf(field)) {
      event.detail.shouldSwap = false;
    }
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    const field = searchFieldOf(event.detail.requestConfig.elt);
    if (!field) return;
    const results = event.detail.target;
    results.dataset.query = queryOf(field);
    if (results.dataset.chooseFor === results.dataset.query) chooseFirst(results);
    delete results.dataset.chooseFor;
  });

  for (const failure of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
    document.addEventListener(failure, (event) => {
      const field = searchFieldOf(event.detail.requestConfig.elt);
      if (!field) return;
      const results = resultsOf(field);
      results.textContent = results.dataset.failed;
      delete results.dataset.query;
      delete results.dataset.chooseFor;
    });
  }

  // A form is sent once; its button shows that sending is in progress.
  const setBusy = (form, busy) => {
    for (const button of form.querySelectorAll("button[type=submit]")) button.setAttribute("aria-busy", String(busy));
  };
  const SENT_AGAIN_AFTER_MILLISECONDS = 30_000;
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    setBusy(form, true);
    // A slow line may lose the answer: after a while the form can be sent again.
    setTimeout(() => {
      delete form.dataset.sent;
      setBusy(form, false);
    }, SENT_AGAIN_AFTER_MILLISECONDS);
  });

  const decision = find("[data-decision]");

  // The form is armed once the complaint's text was on screen for a moment; the moment begins anew with each return.
  const text = find("[data-complaint-text]");
  let textWasSeen = false;
  let arming;
  const arm = () => {
    clearTimeout(arming);
    delete decision.dataset.armed;
    if (!textWasSeen || document.hidden) return;
    arming = setTimeout(() => {
      decision.dataset.armed = "yes";
    }, READING_MILLISECONDS);
  };

  const isChosen = (name, search) =>
    find(`input[name="${name}"]:checked`) !== null || decision.elements[search].value.trim() !== "";

  // Nobody of the office is responsible: by the choice of no unit, or in an office without units by the outcome.
  const isNobodys = () =>
    find('input[name="unit"][value="-"]:checked') !== null ||
    (!decision.dataset.askUnit && decision.dataset.withoutUnit.split(",").includes(find("#tindak-lanjut").value));

  // The field to fill before the decision can be sent, with the words that ask for it; null when nothing is missing.
  const missing = () => {
    if (!decision.dataset.armed) return { ask: decision.dataset.askReading, show: textWasSeen ? null : text };
    if (decision.dataset.askUnit && !isChosen("unit", "cari")) return { ask: decision.dataset.askUnit, field: find('input[name="unit"]') };
    if (decision.dataset.askCategory && !isChosen("kategori", "cari_kategori") && !isNobodys()) {
      return { ask: decision.dataset.askCategory, field: find('input[name="kategori"]') ?? find("#cari-kategori") };
    }
    return null;
  };

  if (decision) {
    new IntersectionObserver((entries, observer) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      observer.disconnect();
      textWasSeen = true;
      arm();
    }).observe(text);
    document.addEventListener("visibilitychange", arm);
    decision.addEventListener("submit", (event) => {
      if (decision.dataset.sent) {
        event.preventDefault();
        return;
      }
      const lacking = missing();
      find("[data-ask]").textContent = lacking ? lacking.ask : "";
      if (lacking) {
        event.preventDefault();
        if (lacking.show) lacking.show.scrollIntoView({ block: "center" });
        if (lacking.field) lacking.field.focus();
        return;
      }
      decision.elements.detik.value = ((performance.now() - openedAt) / 1000).toFixed(1);
    });
  }
  // A page restored from the browser's back-forward cache can be sent again.
  window.addEventListener("pageshow", () => {
    if (decision) {
      arm();
      // The browser may restore the choices of an earlier visit, but not the lists.
      for (const choice of [checkedOf("unit"), checkedOf("kategori")]) if (choice) followChoice(choice);
    }
    for (const form of document.forms) {
      delete form.dataset.sent;
      setBusy(form, false);
    }
  });

  if (location.hash === "#cari") focus("#cari");

  const undoNotice = find("[data-undo-notice]");
  if (undoNotice) setTimeout(() => undoNotice.remove(), 10000);
})();
