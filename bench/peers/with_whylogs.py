"""whylogs: one profile per capture file, merged; its default statistics (KLL, HLL, frequent items, types)."""

import sys
from pathlib import Path

from loading import load
from measuring import measured
from whylogs.core import DatasetProfile

if __name__ == "__main__":
    with measured():
        profile = DatasetProfile()
        for argument in sys.argv[1:]:
            profile.track(load(Path(argument)))
        profile.view().to_pandas()
