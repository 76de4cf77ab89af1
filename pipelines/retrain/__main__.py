"""`python -m pipelines.retrain NAME=VALUE …` prints the definition for `aws sagemaker create-pipeline`."""

import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter

from pipelines.retrain.definition import to_json
from pipelines.retrain.parameters import parameters


def main(arguments: list[str]) -> None:
    """Each argument sets a parameter's default, so that a start need not pass it."""
    parser = _parser()
    given = parser.parse_args(arguments).defaults
    if wrong := [argument for argument in given if "=" not in argument]:
        sys.exit(
            f"{wrong[0]!r} is not NAME=VALUE. See docs/guide/retraining.md: python -m pipelines.retrain NAME=VALUE …"
        )
    try:
        text = to_json(dict(argument.split("=", 1) for argument in given))
    except ValueError as error:
        sys.exit(str(error))
    sys.stdout.write(text + "\n")


def _parser() -> ArgumentParser:
    names = "\n".join(f"  {each['Name']:24}{each['Description']}" for each in parameters({}))
    parser = ArgumentParser(
        prog="python -m pipelines.retrain",
        description="Prints the definition of the reference pipeline, for aws sagemaker create-pipeline.",
        epilog=f"parameters:\n{names}\n\ndocs/guide/retraining.md shows which ones to set here.",
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.add_argument("defaults", nargs="*", metavar="NAME=VALUE", help="default of a parameter below")
    return parser


if __name__ == "__main__":
    main(sys.argv[1:])
