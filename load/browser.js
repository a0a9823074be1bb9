/* Run once in a page with a Participants tab: notes what a person would see jump or stall. */
(() => {
  const list = () => {
    const look = (root) => {
      for (const one of root.querySelectorAll("*")) {
        if (one.localName === "participants-list") return one;
        const found = one.shadowRoot && look(one.shadowRoot);
        if (found) return found;
      }
      return null;
    };
    return look(document);
  };
  const scroller = () => list().shadowRoot.querySelector(".groups");
  const groups = () => [...list().shadowRoot.querySelectorAll("participant-group")];
  const rows = () => groups().reduce((sum, one) => sum + one.shadowRoot.querySelectorAll("[data-index]").length, 0);
  /** Rows are on screen that are not here yet: their outlines are seen in their place. */
  const isBare = () => groups().some((one) => one.shadowRoot.querySelector(".list")?.ariaBusy === "true");

  let tasks = [];
  let shifts = [];
  new PerformanceObserver((found) => (tasks = tasks.concat(found.getEntries().map((one) => one.duration)))).observe({ type: "longtask" });
  /**
   * A group that reaches beyond the screen on both sides is told of as well when it moves by whole
   * rows against the scrolling: it looks the same, and what it shows is in the same place.
   */
  const isSeen = ({ previousRect: was, currentRect: now }) =>
    ["x", "y", "width", "height"].some((name) => was[name] !== now[name]);
  new PerformanceObserver((found) => {
    for (const { value, sources } of found.getEntries()) {
      const seen = sources.filter(isSeen).map(({ node, currentRect }) => `${node?.nodeName ?? "?"} ${JSON.stringify(currentRect)}`);
      if (seen.length > 0) shifts.push({ value, seen });
    }
  }).observe({ type: "layout-shift" });

  let frames = [];
  let most = 0;
  let bare = 0;
  let isOn = false;
  const frame = (now) => {
    if (!isOn) return;
    frames.push(now);
    most = Math.max(most, rows());
    if (isBare()) bare += 1;
    requestAnimationFrame(frame);
  };

  const begin = () => {
    [frames, most, bare, tasks, shifts, isOn] = [[], 0, 0, [], [], true];
    requestAnimationFrame(frame);
  };
  const end = async () => {
    // What was observed is told a moment later.
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50)));
    isOn = false;
    return {
      frames_ms: frames.slice(1).map((now, at) => now - frames[at]),
      rows_most: most,
      bare,
      long_tasks_ms: tasks,
      shifts,
      top: scroller().scrollTop,
    };
  };
  /** Drag the bar: from where it is to the end, in so many ms. */
  const drag = async (ms) => {
    const element = scroller();
    const [from, began] = [element.scrollTop, performance.now()];
    const way = element.scrollHeight - element.clientHeight - from;
    for (let share = 0; share < 1; ) {
      await new Promise((done) => requestAnimationFrame(done));
      share = Math.min(1, (performance.now() - began) / ms);
      element.scrollTop = from + share * way;
    }
  };
  window.watching = { begin, end, drag, scroller, rows };
})();
