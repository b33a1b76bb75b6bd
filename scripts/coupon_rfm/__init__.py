"""Python around the dbt project: what the scripts share.

Whatever a console cannot show becomes a question mark: on a Windows without Chinese, output that is
redirected to a file has an encoding that knows no 张, and a script must not end for that.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

for _stream in (sys.stdout, sys.stderr):
    if hasattr(_stream, "reconfigure"):  # not where a test or a notebook has replaced it
        _stream.reconfigure(errors="replace")
