"""Takes the pictures of `docs/studio.md`: `python -m tests.studio_screens`, given a chromium."""

from __future__ import annotations

import json
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from foretell.loading import find_story
from tests.studio_stories import running
from tests.test_studio_browser import ARGUMENTS, CHROMIUM, NARROW, WIDE

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "studio"
PATH = "0/1/0/0/0/0"

SCREENS = (  # file, address, theme, size, the dream
    ("front", "", "light", WIDE, False),
    ("read", f"#/read/{PATH}", "sepia", WIDE, False),
    ("dream", f"#/read/{PATH}", "light", WIDE, True),
    ("dream-phone", f"#/read/{PATH}", "dark", NARROW, True),
    ("map", "#/map/the_room", "light", WIDE, False),
    ("river", "#/river", "light", WIDE, False),
    ("endings", "#/endings", "light", WIDE, False),
    ("claims", "#/claims", "light", WIDE, False),
    ("whatif", "#/whatif", "light", WIDE, False),
    ("source", "#/source/journey.ink:25", "sepia", WIDE, False),
    ("source-phone", "#/source/journey.ink:25", "light", NARROW, False),
    ("end", "#/read/0/1/0/0/0/0/0/0", "dark", WIDE, False),
    ("words", "#/words", "dark", WIDE, False),
)


def main() -> None:
    """Open every view of The Vigil and keep what it looks like."""
    FOLDER.mkdir(exist_ok=True)
    with running(find_story("vigil").resolve()) as studio, sync_playwright() as playwright:
        studio.until("ready", seconds=300)
        while not studio.json("/api/status")["sampled"]:
            time.sleep(0.5)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for name, address, theme, (width, height), dream in SCREENS:
            page = browser.new_page(
                viewport={"width": width, "height": height}, reduced_motion="reduce"
            )
            kept = json.dumps(json.dumps({"theme": theme, "dream": dream}))
            page.add_init_script(f"localStorage.setItem('foretell', {kept})")
            page.goto(studio.address + address)
            waits = {
                "map": ".place-detail .ends",
                "whatif": ".comparison",  # the story is read twice for it
                "source": ".line-told b",
                "source-phone": ".line-told b",
            }
            ready = waits.get(name, "main h1")
            page.wait_for_selector(ready, state="attached", timeout=180_000)
            page.wait_for_timeout(1500)
            page.screenshot(path=FOLDER / f"{name}.png")
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
