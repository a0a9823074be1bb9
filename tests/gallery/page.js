const search = document.querySelector("#search");
const boxes = [...document.querySelectorAll("header input[type=checkbox]")];
const words = (one) => one.dataset.words ?? "";
function filter() {
  const off = boxes.filter((box) => !box.checked).map((box) => box.value);
  for (const figure of document.querySelectorAll("figure")) {
    figure.hidden = figure.dataset.look.split("-").some((part) => off.includes(part));
  }
  for (const screen of document.querySelectorAll("article")) {
    screen.hidden = !words(screen).includes(search.value.trim().toLowerCase());
  }
  for (const area of document.querySelectorAll("section")) {
    area.hidden = !area.querySelector("article:not([hidden])");
  }
}
addEventListener("input", filter);
filter();
