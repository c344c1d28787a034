"""The courier: tells the channels what is due.

Sends from a few threads, so that a channel that hangs delays no other. Does not promise order between
channels, nor that a receiver hears only once: a process that dies between sending and recording sends again.
"""

import threading
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Final

import structlog

from orchestrator.domain.errors import BasculeError, DeliveryFailed
from orchestrator.domain.event import Notification
from orchestrator.ports import Channel, Notifications

POLL_SECONDS: Final = 0.5
#: the longest pause while the ledger is away
_LONGEST_PAUSE_SECONDS: Final = 15.0

_log = structlog.get_logger(__name__)


class Courier:
    """Carries notifications from the ledger to the channels."""

    def __init__(
        self, notifications: Notifications, channels: Mapping[str, Channel], *, threads: int = 4
    ) -> None:
        self._notifications = notifications
        self._channels = channels
        self._threads = threads
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="courier")
        self._out: set[Future[None]] = set()

    def round(self) -> int:
        """Take what is due, deliver it, and return how many were taken. Raises what the ledger raises."""
        taken = self._take()
        wait(self._out)
        return taken

    def run(self, stop: threading.Event) -> None:
        """Deliver until told to stop; then wait for what is out, which every channel's time limit ends."""
        pause = POLL_SECONDS
        while not stop.wait(pause):
            pause = self._look(pause)
        self._pool.shutdown(wait=True)

    def _look(self, pause: float) -> float:
        """Take what is due and return the pause until the next look."""
        try:
            taken = self._take()
        except BasculeError as error:
            _log.warning("the ledger did not say what is due", code=error.code, reason=error.message)
            return min(pause * 2, _LONGEST_PAUSE_SECONDS)
        # what was taken may not have been all
        return 0.0 if taken else POLL_SECONDS

    def _take(self) -> int:
        """Take no more than there are free threads: what is taken is ours for a minute only."""
        self._out = {future for future in self._out if not future.done()}
        free = self._threads - len(self._out)
        due = self._notifications.due(limit=free) if free else ()
        self._out |= {self._pool.submit(self._deliver, notification) for notification in due}
        return len(due)

    def _deliver(self, notification: Notification) -> None:
        log = _log.bind(
            channel=notification.channel,
            deployment=notification.message.deployment,
            target=notification.message.target,
        )
        why = self._tell(notification)
        if why:
            # a cause is there only when the channel itself is broken
            log.warning(
                "a notification was not delivered", reason=why.reason, final=why.final, exc_info=why.__cause__
            )
        try:
            self._record(notification, why)
        except Exception:
            # nobody waits for this thread; the notification comes back by itself when its minute is over
            log.exception("a delivery could not be recorded")

    def _tell(self, notification: Notification) -> DeliveryFailed | None:
        """Tell the channel; return why that did not work."""
        channel = self._channels.get(notification.channel)
        if channel is None:
            return DeliveryFailed("the settings name no such channel any more", final=True)
        try:
            channel.tell(notification)
        except DeliveryFailed as why:
            return why
        except Exception as error:  # noqa: BLE001 - a bug in one channel must lose no notification
            broken = DeliveryFailed(f"the channel failed with {type(error).__name__}")
            broken.__cause__ = error
            return broken
        return None

    def _record(self, notification: Notification, why: DeliveryFailed | None) -> None:
        if why:
            self._notifications.not_delivered(notification, why)
        else:
            self._notifications.delivered(notification)
