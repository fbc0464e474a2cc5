"""How problems are told: one sentence on standard error, and a JSON document where one was asked for."""

from __future__ import annotations

import json
import os
import sys
import traceback

from voltsmith.schemas.errors import NeedsAnswer, VoltsmithError


def report_problem(problem: VoltsmithError, *, as_json: bool) -> None:
    """Tell a problem that was foreseen."""
    message = str(problem)
    if as_json:
        document: dict[str, object] = {"error": {"exit_code": problem.exit_code, "message": message}}
        if isinstance(problem, NeedsAnswer):
            document["questions"] = list(problem.questions)
        print(json.dumps(document, indent=2))
    print(f"voltsmith: {message}", file=sys.stderr)


def report_usage(message: str, *, as_json: bool) -> None:
    """Give the JSON document for a command line that cannot be used; the sentence has been shown."""
    if as_json:
        print(json.dumps({"error": {"exit_code": 2, "message": message}}, indent=2))


def report_fault(fault: Exception, *, as_json: bool) -> None:
    """Tell a fault of voltsmith's own; ``VOLTSMITH_DEBUG=1`` adds the traceback."""
    message = f"a fault of voltsmith's own: {type(fault).__name__}: {fault}"
    if as_json:
        print(json.dumps({"error": {"exit_code": 1, "message": message}}, indent=2))
    print(f"voltsmith: {message}", file=sys.stderr)
    if os.environ.get("VOLTSMITH_DEBUG"):
        traceback.print_exc()
    else:
        print("voltsmith: please report it with your prompt; VOLTSMITH_DEBUG=1 shows where", file=sys.stderr)
