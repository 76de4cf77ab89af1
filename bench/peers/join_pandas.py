"""pandas: frames of ids and lines, merged by id, capture file by capture file. Ids are read with json, once."""

import json
import sys
from pathlib import Path

import pandas as pd
from measuring import measured


def main(output: str, labels: str, *captures: str) -> None:
    with measured():
        truths = pd.read_json(labels, lines=True)
        known = pd.DataFrame(
            {"id": [each["eventId"] for each in truths.eventMetadata], "truth": truths.groundTruthData}
        )
        merged = 0
        with Path(output).open("w", encoding="utf-8") as target:
            for path in captures:
                frame = pd.read_json(path, lines=True)
                frame["id"] = [each["inferenceId"] for each in frame.eventMetadata]
                joined = frame.merge(known, on="id")
                for row in joined.itertuples():
                    document = {
                        "eventVersion": "0",
                        "groundTruthData": row.truth,
                        "captureData": row.captureData,
                        "eventMetadata": row.eventMetadata,
                    }
                    target.write(json.dumps(document, separators=(",", ":")) + "\n")
                merged += len(joined)
    assert merged == len(known), (merged, len(known))


if __name__ == "__main__":
    main(*sys.argv[1:])
