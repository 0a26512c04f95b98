/** Menus are `<details data-menu>`: they work alone; here they also close like menus do. */

export function closeMenusPolitely(root: Document): void {
  const open = (): HTMLDetailsElement[] =>
    Array.from(root.querySelectorAll<HTMLDetailsElement>("details[data-menu][open]"));

  root.addEventListener("click", (event) => {
    for (const menu of open()) {
      if (!(event.target instanceof Node && menu.contains(event.target))) {
        menu.open = false;
      }
    }
  });

  root.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") {
      return;
    }
    for (const menu of open()) {
      const held = menu.contains(root.activeElement);
      menu.open = false;
      if (held) {
        menu.querySelector("summary")?.focus();
      }
    }
  });

  root.addEventListener("focusin", (event) => {
    for (const menu of open()) {
      if (event.target instanceof Node && !menu.contains(event.target)) {
        menu.open = false;
      }
    }
  });
}
