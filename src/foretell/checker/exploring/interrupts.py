"""Ctrl-C in the middle of long work: it ends at its next stop, with what is known.

    interrupts = Interrupts()
    with interrupts:
        while not interrupts.noted: ...      # a second Ctrl-C is a KeyboardInterrupt as ever

Only the main thread can take signals: elsewhere, or where somebody else takes them, none is noted.
"""

from __future__ import annotations

import signal
import threading
from typing import Any

__all__ = ["Interrupts"]


class Interrupts:
    """Whether Ctrl-C was pressed since it was last entered."""

    def __init__(self) -> None:
        self.noted = False
        self._before: Any = None

    def __enter__(self) -> None:
        self.noted = False
        if threading.current_thread() is not threading.main_thread():
            return
        before = signal.getsignal(signal.SIGINT)
        if before is signal.default_int_handler:
            self._before = before
            signal.signal(signal.SIGINT, self._note)

    def _note(self, _signal: int, _frame: object) -> None:
        if self.noted:
            raise KeyboardInterrupt
        self.noted = True

    def __exit__(self, *_: object) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)
            self._before = None
