"""`./lienthong self-test`: does this node speak the protocol with another one, and they with it?"""

import argparse
import json

from lienthong.node.commanding import Commands, in_node, profile_argument

_SIGNS = {"ok": "✓", "failed": "✗", "skipped": "–"}


def add_to(commands: Commands) -> None:
    """Add the command."""
    test = commands.add_parser(
        "self-test",
        help="try the exchange with another node: letters, questions, signatures, clocks",
        description="Sends real test letters and questions to another node and says what works, each with a hint."
        " The node itself must be running for the way back. Exit 0 only when nothing failed.",
    )
    test.add_argument("--peer", default="", metavar="CODE", help="agency code of the other node (default: the hub)")
    test.add_argument("--json", action="store_true", help="print one JSON object for machines")
    test.add_argument("--patience", type=float, default=10.0, metavar="SECONDS", help="how long to wait for its letter")
    profile_argument(test)
    test.set_defaults(run=in_node(_run))


def _run(arguments: argparse.Namespace) -> int:
    from lienthong.kernel.profile import node
    from lienthong.platform.exchange import services

    peer = arguments.peer or str(node().parameters.get("hub_code", "G22"))
    services.refresh_directory()
    results = services.run_self_test(peer, patience=arguments.patience)
    good = all(result.level != "failed" for result in results)
    if arguments.json:
        tests = [
            {
                "name": result.name,
                "level": result.level,
                "sentence": result.sentence.as_dict(),
                "hint": result.hint.as_dict(),
                "milliseconds": result.took,
            }
            for result in results
        ]
        told = {"node": node().agency_code, "peer": peer, "good": good, "tests": tests}
        print(json.dumps(told, ensure_ascii=False))
        return 0 if good else 1
    for result in results:
        print(f"{_SIGNS[result.level]} {result.title.vi}: {result.sentence.vi}")
        if result.level == "failed" and result.hint.vi:
            print(f"    → {result.hint.vi}")
    return 0 if good else 1
