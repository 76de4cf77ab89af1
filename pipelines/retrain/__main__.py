"""`python -m pipelines.retrain NAME=VALUE …` prints the definition for `aws sagemaker create-pipeline`."""

import json
import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter

from pipelines.retrain.baselines import DEFAULT, KNOWN
from pipelines.retrain.definition import to_json
from pipelines.retrain.parameters import FUNCTIONS, parameters
from pipelines.retrain.policy import NEEDED, policy


def main(arguments: list[str]) -> None:
    """Each argument sets a parameter's default, so that a start need not pass it."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if wrong := [argument for argument in options.given if "=" not in argument]:
        sys.exit(
            f"{wrong[0]!r} is not NAME=VALUE. See docs/guide/retraining.md: python -m pipelines.retrain NAME=VALUE …"
        )
    given = dict(argument.split("=", 1) for argument in options.given)
    monitors = [name.strip() for name in options.monitors.split(",")]
    try:
        text = to_json(given, monitors)
        if options.policy:
            text = json.dumps(policy(given), indent=2)
    except ValueError as error:
        sys.exit(str(error))
    sys.stdout.write(text + "\n")


def _parser() -> ArgumentParser:
    names = "\n".join(f"  {each['Name']:24}{each['Description']}" for each in parameters({}))
    functions = "\n".join(f"  {name:24}{words}" for name, words in FUNCTIONS.items())
    parser = ArgumentParser(
        prog="python -m pipelines.retrain",
        description="Prints the definition of the reference pipeline, for aws sagemaker create-pipeline.",
        epilog=f"parameters:\n{names}\n\nfunctions, which are no parameters:\n{functions}\n\n"
        "docs/guide/retraining.md shows which ones to set here.",
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.add_argument("given", nargs="*", metavar="NAME=VALUE", help="a function, or the default of a parameter")
    parser.add_argument(
        "--monitors",
        default=",".join(DEFAULT),
        help=f"the endpoint's monitors, whose baselines the new model gets, of {', '.join(e.monitor for e in KNOWN)} "
        "(%(default)s)",
    )
    parser.add_argument(
        "--policy",
        action="store_true",
        help=f"print the policy of the pipeline's role instead; needs {', '.join(NEEDED)}",
    )
    return parser


if __name__ == "__main__":
    main(sys.argv[1:])
