"""`python -m lienthong.node`: the command line, and Django's own commands for developers (`manage …`)."""

from lienthong.node.cli import main

raise SystemExit(main())
