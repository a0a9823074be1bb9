const form = document.querySelector("form");
form.addEventListener("submit", (event) => {
  event.preventDefault();
  const answers = [...new FormData(form).values()];
  const right = answers.filter((answer) => answer === "right").length;
  form.querySelector("output").textContent = `${right} of 2 right.`;
});
