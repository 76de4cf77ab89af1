"""`python -m local.up`: the embedded cloud by itself, until Ctrl-C."""

import argparse

from local import interruption
from local.cloud import EmbeddedCloud


def up(*, enforce_iam: bool) -> None:
    """Runs a cloud until Ctrl-C or SIGTERM, and prints how to connect to it."""
    interruption.listen()
    try:
        with EmbeddedCloud(enforce_iam=enforce_iam, schedules_tick=True, note=print) as cloud:
            for name, value in cloud.environment.items():
                print(f"export {name}={value}")
            print(f"export DRIFTLINE_BUCKET={cloud.bucket}")
            for name, value in sorted(cloud.outputs.items()):
                print(f"# {name}: {value}")
            print("# The embedded cloud is running. Ctrl-C stops it and removes everything.", flush=True)
            interruption.wait()
    except KeyboardInterrupt:
        print("# Stopped.")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m local.up", description="The embedded cloud by itself.")
    parser.add_argument("--without-iam", action="store_true", help="do not enforce the template's roles")
    up(enforce_iam=not parser.parse_args().without_iam)


if __name__ == "__main__":
    main()
