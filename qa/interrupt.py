"""Ctrl-C asks a build to stop instead of tearing it apart."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def until_interrupted() -> Iterator[threading.Event]:
    """An event that Ctrl-C, or being asked to terminate, sets; a second time it interrupts at once, as ever.

    Signals come to the main thread alone: in another one the event is never set. A signal that is ignored, as Ctrl-C is
    by what a shell runs in the background, stays so.
    """
    asked = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield asked
        return

    def ask(number: int, frame: FrameType | None) -> None:
        if interrupted:
            raise KeyboardInterrupt
        interrupted.append(number)
        # Setting it here could wait for ever: the thread that is interrupted may hold the event's own lock.
        threading.Thread(target=asked.set, daemon=True).start()

    interrupted: list[int] = []
    heard = [number for number in SIGNALS if signal.getsignal(number) != signal.SIG_IGN]
    before = {number: signal.signal(number, ask) for number in heard}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
