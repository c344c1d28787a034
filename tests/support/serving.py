"""Both listeners as a process of their own, on ports that the system chose.

    python -m tests.support.serving READ_TIMEOUT_IN_SECONDS LARGEST_BODY_IN_BYTES

prints one line, {"public": url, "admin": url}, once both answer. Its ledger is a stand-in.
"""

import json
import sys

import structlog

from orchestrator.adapters.forges.github import GitHub
from orchestrator.web.admin import admin_app
from orchestrator.web.connection import DeadlineProtocol
from orchestrator.web.listen import bind, url_of
from orchestrator.web.public import public_app
from orchestrator.web.reception import RepositoryHooks
from orchestrator.web.serve import serve
from tests.support import told_deployments
from tests.support.fake_ledger_ports import GivenContents, RememberedReception

DEADLINE_SECONDS = 1.0
GRACE_SECONDS = 1
SECRET = b"a secret of the test's own making"


def main(read_timeout_seconds: float, max_body_bytes: int) -> None:
    """Serve until a signal."""
    DeadlineProtocol.deadline_seconds = DEADLINE_SECONDS
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    listen = bind("127.0.0.1", 0, setting="service.listen")
    admin_listen = bind("127.0.0.1", 0, setting="service.admin_listen")
    public = public_app(
        repositories={"telecom": RepositoryHooks(forge=GitHub(), secrets=(SECRET,))},
        targets=told_deployments.POLICIES,
        reception=RememberedReception(),
        max_body_bytes=max_body_bytes,
        read_timeout_seconds=read_timeout_seconds,
    )
    admin = admin_app(
        reading=told_deployments.reading(),
        contents=GivenContents(),
        readiness=dict,
        listen_host="127.0.0.1",
        targets=told_deployments.POLICIES,
        clock=lambda: told_deployments.NOW,
    )
    urls = {"public": url_of(listen), "admin": url_of(admin_listen)}
    serve(
        public,
        admin,
        listen=listen,
        admin_listen=admin_listen,
        grace_seconds=GRACE_SECONDS,
        started=lambda: print(json.dumps(urls), flush=True),  # noqa: T201 - the test reads it
    )


if __name__ == "__main__":
    main(float(sys.argv[1]), int(sys.argv[2]))
