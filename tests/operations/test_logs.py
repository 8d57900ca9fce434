"""Logs on a full disk stop nothing."""

import subprocess
import sys
from pathlib import Path


def test_a_log_that_cannot_be_written_is_no_failure():
    program = (
        "import sys\n"
        "from lienthong.node.logs import configure_logs\n"
        "configure_logs('info')\n"
        "import structlog\n"
        "structlog.get_logger().warning('a line that finds no place')\n"
        "print('went on')\n"
    )
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=full, text=True, check=False
        )
    assert done.stdout == "went on\n"
