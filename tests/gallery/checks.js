/* Looks at a page as a whole, through shadow roots. Run once in a page; the functions stay. */
(() => {
  const all = (root = document) =>
    [...root.querySelectorAll("*")].flatMap((one) => [one, ...(one.shadowRoot ? all(one.shadowRoot) : [])]);

  const up = (one) => one.assignedSlot ?? one.parentElement ?? one.getRootNode().host ?? null;

  const isAmong = (one, within) => {
    for (let at = one; at; at = up(at)) if (at === within) return true;
    return false;
  };

  /** A path that a reader finds: hosts, then what marks the element. */
  const nameOf = (one) => {
    const hosts = [];
    for (let at = one.getRootNode().host; at; at = at.getRootNode().host) hosts.unshift(at.localName);
    const kind = one.localName + (one.id ? `#${one.id}` : "") + [...one.classList].map((name) => `.${name}`).join("");
    const words = (one.getAttribute("aria-label") ?? one.textContent ?? "").trim().replace(/\s+/gu, " ").slice(0, 40);
    return [...hosts, kind].join(" > ") + (words ? ` “${words}”` : "");
  };

  const isShown = (one) => {
    if (!one.checkVisibility({ opacityProperty: true, visibilityProperty: true })) return false;
    const box = one.getBoundingClientRect();
    if (box.width <= 1 || box.height <= 1) return false;
    for (let at = one; at; at = up(at)) {
      if (at.classList?.contains("hidden-visually")) return false;
      const path = getComputedStyle(at).clipPath;
      if (path !== "none" && path.startsWith("inset(50%")) return false;
    }
    return true;
  };

  /** What may be read by moving sideways: tables, plots, texts in fixed lines, pages of a document. */
  const isWide = (one) => {
    for (let at = one; at; at = up(at)) if (at.matches?.("table, svg, canvas, pre, video, iframe, pdf-viewer, bulk-bar")) return true;
    return false;
  };

  const scrollsSideways = (one) => ["auto", "scroll"].includes(getComputedStyle(one).overflowX);

  const hasDots = (one) => {
    const style = getComputedStyle(one);
    return style.textOverflow === "ellipsis" && style.overflowX !== "visible";
  };

  const hasOwnText = (one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim() !== "");

  /** What needs a second direction of scrolling, or is cut off. */
  const outside = () => {
    const found = [];
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth > width) found.push(`the page is ${document.documentElement.scrollWidth} px wide`);
    for (const one of all()) {
      if (!isShown(one) || isWide(one)) continue;
      const box = one.getBoundingClientRect();
      if (hasOwnText(one) && (box.right > width + 1 || box.left < -1)) {
        let at = up(one);
        while (at && !scrollsSideways(at) && !hasDots(at)) at = up(at);
        if (!at) found.push(`${nameOf(one)} reaches from ${Math.round(box.left)} to ${Math.round(box.right)} px`);
      }
      const hasTable = one.querySelector("table, svg, canvas, pre");
      if (scrollsSideways(one) && one.scrollWidth > one.clientWidth + 1 && !hasTable) {
        if (!one.matches("input, textarea, select, [role=toolbar], [role=toolbar] *")) found.push(`${nameOf(one)} has to be scrolled sideways`);
      }
    }
    return found;
  };

  /** Text that cannot be read whole, and that no three dots tell of. */
  const cut = () => {
    const found = [];
    for (const one of all()) {
      if (!hasOwnText(one) || !isShown(one) || isWide(one) || one.matches("option, textarea, input")) continue;
      const style = getComputedStyle(one);
      if (hasDots(one)) continue;
      const hides = (way) => ["hidden", "clip"].includes(way);
      if (hides(style.overflowX) && one.scrollWidth > one.clientWidth + 1) found.push(`${nameOf(one)} is cut off at its side`);
      if (hides(style.overflowY) && one.scrollHeight > one.clientHeight + 3) found.push(`${nameOf(one)} is cut off below`);
      const box = one.getBoundingClientRect();
      for (let at = up(one); at && at !== document.body; at = up(at)) {
        const around = getComputedStyle(at);
        if (around.position === "fixed" || scrollsSideways(at) || ["auto", "scroll"].includes(around.overflowY)) break;
        if (hasDots(at)) break;
        const edge = at.getBoundingClientRect();
        if (hides(around.overflowX) && (box.right > edge.right + 1 || box.left < edge.left - 1)) {
          found.push(`${nameOf(one)} is cut off by ${nameOf(at)}`);
          break;
        }
      }
    }
    return found;
  };

  /** The spacing that readers may set (WCAG 1.4.12), in every root. */
  const space = () => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
      p { margin-block-end: 2em !important; }`);
    const roots = [document, ...all().map((one) => one.shadowRoot).filter(Boolean)];
    for (const root of roots) root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
    return () => {
      for (const root of roots) root.adoptedStyleSheets = root.adoptedStyleSheets.filter((one) => one !== sheet);
    };
  };

  const focused = () => {
    let one = document.activeElement;
    while (one?.shadowRoot?.activeElement) one = one.shadowRoot.activeElement;
    return one === document.body || one === document.documentElement ? null : one;
  };

  const deepFromPoint = (x, y) => {
    let one = document.elementFromPoint(x, y);
    while (one?.shadowRoot) {
      const inner = one.shadowRoot.elementFromPoint(x, y);
      if (!inner || inner === one) break;
      one = inner;
    }
    return one;
  };

  const hasRing = (one) => {
    const style = getComputedStyle(one);
    const hasOutline = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
    return hasOutline || style.boxShadow !== "none";
  };

  /** Where the focus is now, and what is wrong with how it is shown; null at the end of the page. */
  const stop = () => {
    const one = focused();
    if (!one) return null;
    // Browsers draw what is in these.
    if (one.matches("iframe, video, audio, embed, object")) return { name: nameOf(one), faults: [] };
    const faults = [];
    const label = one.closest("label");
    const shown = one.classList.contains("hidden-visually") && label ? label : one;
    const box = shown.getBoundingClientRect();
    const [width, height] = [innerWidth, innerHeight];
    const inset = (size) => Math.min(6, size / 2);
    const points = [
      [box.left + box.width / 2, box.top + box.height / 2],
      [box.left + inset(box.width), box.top + inset(box.height)],
      [box.right - inset(box.width), box.top + inset(box.height)],
      [box.left + inset(box.width), box.bottom - inset(box.height)],
      [box.right - inset(box.width), box.bottom - inset(box.height)],
    ].filter(([x, y]) => x >= 0 && y >= 0 && x < width && y < height);
    if (box.width < 1 || box.height < 1) faults.push("has no size");
    else if (points.length === 0) faults.push(`is out of sight (${Math.round(box.left)}, ${Math.round(box.top)})`);
    else {
      const hit = points.map(([x, y]) => deepFromPoint(x, y)).find((at) => at && (isAmong(at, shown) || isAmong(shown, at) && at.localName !== "html"));
      if (!hit) faults.push(`is hidden behind ${nameOf(deepFromPoint(...points[0]) ?? document.body)}`);
    }
    const around = [shown, up(shown)].filter(Boolean);
    if (!around.some(hasRing)) faults.push("shows no focus");
    return { name: nameOf(one), faults };
  };

  const whenSpaced = async (look) => {
    const back = space();
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    const found = look();
    back();
    return found;
  };

  /** What axe finds, in a line each. The reader of documents keeps a canvas of its own outside of all. */
  const violations = async (tags, rules) => {
    const runOnly = rules.length > 0 ? { type: "rule", values: rules } : { type: "tag", values: tags };
    const options = { runOnly, resultTypes: ["violations"], iframes: false };
    const result = await axe.run({ exclude: [".hiddenCanvasElement"] }, options);
    return result.violations.flatMap(({ id, help, nodes }) =>
      nodes.map((node) => {
        const why = [...node.any, ...node.all, ...node.none].map((one) => one.message).join("; ");
        return `${id} (${help}) at ${node.target.flat().join(" > ")}: ${why}`;
      }),
    );
  };

  window.gallery = { outside, cut, whenSpaced, stop, violations };
})();
