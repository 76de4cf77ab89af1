"""The standard library: a dictionary of labels, every capture line through json and back."""

import json
import sys
from pathlib import Path

from measuring import measured


def main(output: str, labels: str, *captures: str) -> None:
    with measured():
        with Path(labels).open(encoding="utf-8") as file:
            known = {(line := json.loads(text))["eventMetadata"]["eventId"]: line["groundTruthData"] for text in file}
        merged = 0
        with Path(output).open("w", encoding="utf-8") as target:
            for path in captures:
                with Path(path).open(encoding="utf-8") as file:
                    for text in file:
                        record = json.loads(text)
                        truth = known.get(record["eventMetadata"]["inferenceId"])
                        if truth is not None:
                            document = {"eventVersion": "0", "groundTruthData": truth} | record
                            target.write(json.dumps(document, separators=(",", ":")) + "\n")
                            merged += 1
    assert merged == len(known), (merged, len(known))


if __name__ == "__main__":
    main(*sys.argv[1:])
