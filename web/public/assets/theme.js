// Before anything is painted, so that no page flashes in the other colours. See lib/theme.ts.
try {
  const theme = localStorage.getItem("usher.theme");
  if (theme) document.documentElement.dataset.theme = theme;
} catch {}
